import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { serverFileSchema, type ServerFile } from "@lazuli/contract/shared/server-file.ts";

import { requestServer } from "./request-server.ts";

const SERVER_MAIN = "server/src/main.ts";

/** The server that runs on this home now; `undefined` when none does. */
export async function findRunningServer(home: string): Promise<ServerFile | undefined> {
  const file = await readServerFile(home);
  if (file === undefined || !(await isServerProcess(file.pid))) return undefined;
  return file;
}

/** Throws `Unavailable` with the way to start one. */
export async function getRunningServer(home: string): Promise<ServerFile> {
  const server = await findRunningServer(home);
  if (server !== undefined) return server;
  throw new PlatformError("Unavailable", `No Lazuli server runs on '${home}'; start one with './lazuli up'.`);
}

export async function readServerFile(home: string): Promise<ServerFile | undefined> {
  try {
    return serverFileSchema.parse(JSON.parse(await readFile(join(home, "server.json"), "utf8")));
  } catch {
    // An absent or damaged file both mean that no server can be named.
    return undefined;
  }
}

/** Whether the server answers requests. */
export async function isAnswering(server: ServerFile): Promise<boolean> {
  return requestServer(server, { path: "/metadata/endpoints" }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** Whether the process is there and is a server of ours: after a crash its number may belong to another program. */
async function isServerProcess(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  return commandLine === undefined || commandLine.includes(SERVER_MAIN);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
