import { readFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { PORT_FILE_VARIABLE } from "@lazuli/contract/node/task-spec.ts";

const LOOK_MS = 10;
const HOST = "127.0.0.1";
/** What a command says that takes its port from us instead of choosing one. */
const OFFERED_VARIABLE = "AZUREML_INFERENCE_PORT";

/** How a replica and its runner agree on a port. */
export interface ReplicaPort {
  readonly variables: Readonly<Record<string, string>>;
  /** The port, once the replica is ready to answer there; rejects on abort. */
  untilReady(signal: AbortSignal): Promise<number>;
}

/**
 * The replica chooses a port and writes it to a file once it serves: nobody else can come in between. Only a command
 * that asks for a port by name is offered one that is free now, and watched until something listens there.
 *
 * @param portFile Path in the task's own folder.
 */
export async function agreeOnPort(command: string, portFile: string): Promise<ReplicaPort> {
  const variables = { [PORT_FILE_VARIABLE]: portFile };
  if (!command.includes(OFFERED_VARIABLE)) {
    return { variables, untilReady: (signal) => untilWritten(portFile, signal) };
  }
  const port = await pickFreePort();
  return {
    variables: { ...variables, [OFFERED_VARIABLE]: String(port) },
    async untilReady(signal) {
      while (!(await isListening(port))) await sleep(LOOK_MS, undefined, { signal });
      return port;
    },
  };
}

async function untilWritten(portFile: string, signal: AbortSignal): Promise<number> {
  for (;;) {
    const port = Number(await readFile(portFile, "utf8").catch(() => ""));
    if (Number.isInteger(port) && port > 0) return port;
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** A port of the loopback that is free at the moment. */
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
