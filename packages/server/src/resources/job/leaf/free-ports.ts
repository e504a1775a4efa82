import { randomInt } from "node:crypto";
import { createServer } from "node:net";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { NODE_ADDRESS } from "./group-launch.ts";

/** Below the ports that systems give to outgoing connections, so that none of those comes in between. */
const PORT_MIN = 20_000;
const PORT_MAX = 29_999;
const TRIES_MAX = 1_000;

/** Ports of this machine that nobody listens on now. Throws `Unavailable` when there are not enough. */
export async function findFreePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries += 1) {
    if (tries > TRIES_MAX + count) throw new PlatformError("Unavailable", "This machine has no free ports left.");
    const port = randomInt(PORT_MIN, PORT_MAX + 1);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen(port, NODE_ADDRESS, () => server.close(() => resolve(true)));
  return promise;
}
