import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 10;
const HOST = "127.0.0.1";

/** A port that is free now; the replica is told to listen there. */
export async function pickFreePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", reject);
  server.listen(0, HOST, () => {
    const address = server.address();
    server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
  });
  return promise;
}

/** Resolves once something listens on the port; rejects on abort. */
export async function untilListening(port: number, signal: AbortSignal): Promise<void> {
  while (!(await isListening(port))) await sleep(LOOK_MS, undefined, { signal });
}

function isListening(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ port, host: HOST });
  socket.once("connect", () => {
    socket.destroy();
    resolve(true);
  });
  socket.once("error", () => resolve(false));
  return promise;
}
