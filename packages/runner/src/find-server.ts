import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { serverFileSchema } from "@lazuli/contract/shared/server-file.ts";

/** Plain address of the server that serves a home of this machine now; `undefined` while there is none. */
export async function findLocalServer(homeFolder: string): Promise<string | undefined> {
  try {
    return serverFileSchema.parse(JSON.parse(await readFile(join(homeFolder, "server.json"), "utf8"))).loopbackUrl;
  } catch {
    // Absent or half-written: the server is away, and the caller goes on trying.
    return undefined;
  }
}
