import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The data directory: what `--home` says, else `LAZULI_HOME`, else `~/.lazuli`. */
export function resolveHome(option: string | undefined): string {
  return resolve(option ?? process.env["LAZULI_HOME"] ?? join(homedir(), ".lazuli"));
}

/** Where the server writes its log. */
export function serverLogPath(home: string): string {
  return join(home, "logs", "server.log");
}
