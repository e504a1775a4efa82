import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";

import type { ServiceState, TaskService } from "@lazuli/contract/node/task-service.ts";

import { runProgram } from "../environment/run-program.ts";
import { findProgram } from "./find-program.ts";

const LOOPBACK = "127.0.0.1";
const PRIVATE = 0o700;
const KEY_MS_MAX = 20_000;

export interface ServicePlaces {
  /** Folder of the command. */
  readonly code: string;
  /** A folder of the service's own. */
  readonly folder: string;
  /** Free at the moment. */
  readonly port: number;
  /** PATH of the command. */
  readonly path: string;
}

/** How a service is started, and where it then is. */
export interface ServicePlan {
  readonly program: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly place: Pick<ServiceState, "port" | "socketPath" | "address">;
}

/** @returns The plan, or a sentence that says why the node cannot offer the service. */
export async function planService(service: TaskService, places: ServicePlaces): Promise<ServicePlan | string> {
  mkdirSync(places.folder, { recursive: true, mode: PRIVATE });
  switch (service.type) {
    case "JupyterLab":
      return planJupyter(service, places);
    case "TensorBoard":
      return planTensorBoard(service, places);
    case "VSCode":
      return planVsCode(places);
    case "SSH":
      return planSsh(service, places);
  }
}

function planJupyter(service: TaskService, { code, port, path }: ServicePlaces): ServicePlan | string {
  const program = findProgram("jupyter-lab", path);
  if (program === undefined) return "JupyterLab is not in the job's environment; add the package 'jupyterlab' to it.";
  const args = [
    "--no-browser",
    "--allow-root",
    `--ServerApp.ip=${LOOPBACK}`,
    `--ServerApp.port=${port}`,
    "--ServerApp.port_retries=0",
    `--ServerApp.base_url=${service.basePath}/`,
    `--ServerApp.root_dir=${code}`,
    "--ServerApp.allow_remote_access=True",
  ];
  // A token among the arguments would be seen by all users of the machine.
  return { program, args, variables: { JUPYTER_TOKEN: service.token }, place: { port } };
}

function planTensorBoard(service: TaskService, { code, port, path }: ServicePlaces): ServicePlan | string {
  const program = findProgram("tensorboard", path);
  if (program === undefined) return "TensorBoard is not in the job's environment; add the package 'tensorboard' to it.";
  const folder = join(code, service.logFolder ?? "outputs");
  const args = [`--logdir=${folder}`, `--host=${LOOPBACK}`, `--port=${port}`, `--path_prefix=${service.basePath}`];
  return { program, args, variables: {}, place: { port } };
}

/** It has no password that a program could give, so only this user may reach it: a socket in a private folder. */
function planVsCode({ code, folder, path }: ServicePlaces): ServicePlan | string {
  const program = findProgram("code-server", path);
  if (program === undefined) return "VS Code is not on the node: install 'code-server' there.";
  const socketPath = join(folder, "socket");
  const args = [
    "--auth=none",
    `--socket=${socketPath}`,
    "--socket-mode=600",
    "--disable-telemetry",
    "--disable-update-check",
    `--user-data-dir=${join(folder, "data")}`,
    code,
  ];
  return { program, args, variables: {}, place: { socketPath } };
}

async function planSsh(service: TaskService, { folder, port, path }: ServicePlaces): Promise<ServicePlan | string> {
  const program = findProgram("sshd", path);
  const keygen = findProgram("ssh-keygen", path);
  if (program === undefined || keygen === undefined)
    return "There is no SSH server on the node: install 'openssh-server'.";
  const keys = service.sshPublicKeys?.trim() ?? "";
  if (keys === "") return "SSH needs the public keys of those who may come in: give 'ssh_public_keys'.";
  const hostKey = join(folder, "host_key");
  const keygenArgs = ["-q", "-t", "ed25519", "-N", "", "-f", hostKey];
  const making = { program: keygen, args: keygenArgs, variables: { PATH: path }, logPath: join(folder, "keygen.log") };
  if ((await runProgram(making, AbortSignal.timeout(KEY_MS_MAX))) !== 0)
    return "The SSH server's key could not be made.";
  const keysFile = join(folder, "authorized_keys");
  writeFileSync(keysFile, `${keys}\n`, { mode: 0o600 });
  const options = {
    ListenAddress: LOOPBACK,
    Port: String(port),
    HostKey: hostKey,
    AuthorizedKeysFile: keysFile,
    PasswordAuthentication: "no",
    KbdInteractiveAuthentication: "no",
    PermitRootLogin: "prohibit-password",
    StrictModes: "no",
    PidFile: "none",
  };
  const args = [
    "-D",
    "-e",
    "-f",
    "/dev/null",
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
  ];
  return { program, args, variables: {}, place: { port, address: `ssh://${userInfo().username}@${LOOPBACK}:${port}` } };
}
