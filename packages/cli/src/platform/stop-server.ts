import { setTimeout as delay } from "node:timers/promises";

import type { ServerFile } from "@lazuli/contract/shared/server-file.ts";

import { findRunningServer, isAlive } from "./running-server.ts";

const POLL_MS = 20;
/** The server gives running requests five seconds; then what remains is closing files. */
const STOP_TIMEOUT_MS = 20_000;

export type StopOutcome = "stopped" | "killed" | "notRunning";

/** Ends the server of this home: asks first, and kills what does not listen. Nothing acknowledged is lost either way. */
export async function stopServer(home: string): Promise<StopOutcome> {
  const server = await findRunningServer(home);
  if (server === undefined) return "notRunning";
  process.kill(server.pid, "SIGTERM");
  if (await hasEnded(server)) return "stopped";
  process.kill(server.pid, "SIGKILL");
  await hasEnded(server);
  return "killed";
}

async function hasEnded(server: ServerFile): Promise<boolean> {
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (!isAlive(server.pid)) return true;
    await delay(POLL_MS);
  }
  return false;
}
