import { PlatformError } from "@lazuli/contract/errors.ts";
import { spawn } from "node:child_process";

import type { Options } from "../options.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";
import { showServices } from "./job-services.ts";

/** Opens a shell on a machine of a job that offers one as a service of type ssh. */
export async function connectSsh(session: Session, options: Options): Promise<undefined> {
  const name = options.requireText("name");
  const services = asRecord(await showServices(session, options));
  const ssh = Object.values(services)
    .map(asRecord)
    .find((service) => String(service["type"]).toLowerCase() === "ssh");
  const endpoint = typeof ssh?.["endpoint"] === "string" ? ssh["endpoint"] : undefined;
  if (endpoint === undefined) {
    const reason = asRecord(asRecord(ssh?.["error"])["error"])["message"];
    const failure = typeof reason === "string" ? `: ${reason.replace(/\.$/, "")}` : "";
    throw new PlatformError(
      "NotFound",
      `Job '${name}' offers no ssh on machine ${options.count("nodeIndex") ?? 0}${failure}; a job that runs offers it when its file has ` +
        `'services: {my_ssh: {type: ssh, ssh_public_keys: …}}'. Its log: lazuli job stream -n ${name}`,
    );
  }
  await runSsh(endpoint, options.text("privateKeyFilePath"));
  return undefined;
}

function runSsh(endpoint: string, keyFile: string | undefined): Promise<void> {
  const url = new URL(endpoint.includes("://") ? endpoint : `ssh://${endpoint}`);
  const target = url.username === "" ? url.hostname : `${url.username}@${url.hostname}`;
  const args = [
    ...(url.port === "" ? [] : ["-p", url.port]),
    ...(keyFile === undefined ? [] : ["-i", keyFile]),
    target,
  ];
  return new Promise((done, fail) => {
    const child = spawn("ssh", args, { stdio: "inherit" });
    child.on("error", (cause) =>
      fail(new PlatformError("Unavailable", "There is no program 'ssh' on this machine.", { cause })),
    );
    child.on("close", (code) => {
      process.exitCode = code ?? 1;
      done();
    });
  });
}
