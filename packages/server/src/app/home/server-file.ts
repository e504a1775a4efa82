import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { serverFileSchema, type ServerFile } from "@lazuli/contract/shared/server-file.ts";

const FILE_NAME = "server.json";

/** Tells the other commands on this machine where the server of this home is; written once it answers. */
export async function writeServerFile(home: string, server: ServerFile): Promise<void> {
  const path = join(home, FILE_NAME);
  await writeFile(`${path}.draft`, `${JSON.stringify(server, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.draft`, path);
}

/** The server that last said it serves this home; whether it still runs is for the caller to see. */
export async function findServer(home: string): Promise<ServerFile | undefined> {
  try {
    return serverFileSchema.parse(JSON.parse(await readFile(join(home, FILE_NAME), "utf8")));
  } catch {
    // An absent or damaged file both mean that no server can be named.
    return undefined;
  }
}

export async function removeServerFile(home: string): Promise<void> {
  await rm(join(home, FILE_NAME), { force: true });
}
