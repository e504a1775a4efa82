import { access, constants, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

import { PlatformError, describeError } from "@lazuli/contract/errors.ts";

/** The data directory: what `--home` says, else `LAZULI_HOME`, else `~/.lazuli`. */
export function resolveHome(option: string | undefined): string {
  return resolve(option ?? process.env["LAZULI_HOME"] ?? join(homedir(), ".lazuli"));
}

/** Where the server writes its log. */
export function serverLogPath(home: string): string {
  return join(home, "logs", "server.log");
}

/** Makes the data directory where there is none. Throws `BadRequest` when it cannot be used. */
export async function ensureHome(home: string): Promise<void> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new PlatformError(
      "BadRequest",
      `The data directory '${home}' cannot be used (${describeError(error)}); choose another one with --home.`,
      { cause: error },
    );
  }
}
