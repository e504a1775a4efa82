import type { RequestListener, Server } from "node:http";
import { BlockList, isIPv6, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";

import type { Log } from "../../base/log.ts";

// An import of 'node:http' loads the whole of the built-in undici for three of its names: 40 ms of every start.
const { createServer } = process.getBuiltinModule("node:http");
/** How long a client may take until its first byte; browsers open connections ahead of need. */
const FIRST_BYTE_TIMEOUT_MS = 30_000;
const HANDSHAKE_TIMEOUT_MS = 15_000;
/** From the first byte of a request to the end of its headers: what a slow-client attack stretches. */
const HEADERS_TIMEOUT_MS = 20_000;
/** From the first byte of a request to the end of its body: 4,000 MiB in one block over a thin line. */
const REQUEST_TIMEOUT_MS = 3_600_000;
/** Longer than the idle time of common client pools, so that the client closes first and no request meets a closed door. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const CONNECTIONS_CHECK_MS = 5_000;
const EMPTY_POLL_MS = 20;
const REFUSAL_LINGER_MS = 1_000;
const HEADER_BYTES_MAX = 64 * 1024;
const CONNECTION_COUNT_MAX = 10_000;
/** The first byte of a TLS record that opens a handshake. */
const TLS_HANDSHAKE = 22;
const PLAIN_REFUSAL_BODY = "Plain http is answered on this machine only; call the https address.\n";
const PLAIN_REFUSAL = `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: ${PLAIN_REFUSAL_BODY.length}\r\nConnection: close\r\n\r\n${PLAIN_REFUSAL_BODY}`;

export interface ListenerTls {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

export interface ListenerOptions {
  readonly tls: ListenerTls;
  readonly log: Log;
}

export interface Listener {
  /** For Fastify's `serverFactory`: makes the one http server that both kinds of connection arrive at. */
  serverFactory(handler: RequestListener): Server;
  /** Connections from now on get this certificate. */
  setCertificate(tls: ListenerTls): void;
  /** Closes what is idle, gives the requests that run `graceMs` to end, then cuts them off. Stop listening first. */
  endConnections(graceMs: number): Promise<void>;
}

/**
 * One port for https and http: the first byte of a connection decides. Plain http is answered to this machine alone,
 * because tokens must not cross a network in the clear.
 */
export function createListener(options: ListenerOptions): Listener {
  const waiting = new Set<Socket>();
  const servers = new Set<Server>();
  const tlsServer = createTlsServer({
    cert: options.tls.certificate,
    key: options.tls.key,
    ALPNProtocols: ["http/1.1"],
    minVersion: "TLSv1.2",
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  });
  tlsServer.on("tlsClientError", (error: Error, socket: TLSSocket) => {
    options.log.debug({ error: error.message, address: socket.remoteAddress }, "A TLS handshake failed.");
    socket.destroy();
  });

  function serverFactory(handler: RequestListener): Server {
    const server = createServer(httpLimits(), handler);
    server.maxConnections = CONNECTION_COUNT_MAX;
    const [serve] = server.listeners("connection");
    if (serve === undefined) throw new Error("The http server takes no connections.");
    const serveHttp = (socket: Socket): unknown => Reflect.apply(serve, server, [socket]);
    tlsServer.on("secureConnection", serveHttp);
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => {
      waiting.add(socket);
      awaitFirstByte(socket, (firstByte) => {
        waiting.delete(socket);
        if (firstByte === undefined) socket.destroy();
        else if (firstByte === TLS_HANDSHAKE) startTls(socket);
        else if (isLoopback(socket.remoteAddress)) serveHttp(socket);
        else refusePlain(socket);
      });
    });
    servers.add(server);
    return server;
  }

  function startTls(socket: Socket): void {
    // The http server lets its clients close one direction first; a handshake that is cut off must end at once.
    socket.allowHalfOpen = false;
    socket.on("error", () => socket.destroy());
    tlsServer.emit("connection", socket);
  }

  async function endConnections(graceMs: number): Promise<void> {
    const closeIdle = (server: Server): void => {
      for (const socket of waiting) socket.destroy();
      server.closeIdleConnections();
    };
    await Promise.all([...servers].map((server) => emptied(server, { graceMs, closeIdle })));
    for (const server of servers) server.closeAllConnections();
  }

  return {
    serverFactory,
    setCertificate: (tls) => tlsServer.setSecureContext({ cert: tls.certificate, key: tls.key }),
    endConnections,
  };
}

function httpLimits() {
  return {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
    maxHeaderSize: HEADER_BYTES_MAX,
    noDelay: true,
  };
}

/** Looks at a connection's first byte and puts it back. `undefined`: there was none, the connection is over. */
function awaitFirstByte(socket: Socket, use: (firstByte: number | undefined) => void): void {
  const timer = setTimeout(() => socket.destroy(), FIRST_BYTE_TIMEOUT_MS);
  const onError = (): unknown => socket.destroy();
  const onClose = (): void => finish(undefined);
  const onReadable = (): void => {
    const chunk: unknown = socket.read();
    if (!(chunk instanceof Buffer)) return;
    socket.unshift(chunk);
    finish(chunk[0]);
  };
  function finish(firstByte: number | undefined): void {
    clearTimeout(timer);
    socket.off("readable", onReadable).off("end", onClose).off("close", onClose).off("error", onError);
    use(firstByte);
  }
  socket.on("readable", onReadable).once("end", onClose).once("close", onClose).once("error", onError);
}

/** Reads on and throws away, so that the client's end is noticed; one that stays all the same is cut off. */
function refusePlain(socket: Socket): void {
  socket.on("error", () => socket.destroy());
  socket.setTimeout(REFUSAL_LINGER_MS, () => socket.destroy());
  socket.resume();
  socket.end(PLAIN_REFUSAL);
}

/** Resolves when the server has no connections left, or after `graceMs`. Those that wait in the kernel's queue arrive late. */
function emptied(
  server: Server,
  options: { readonly graceMs: number; closeIdle(server: Server): void },
): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(done, options.graceMs);
    const poll = setInterval(look, EMPTY_POLL_MS);
    look();
    function look(): void {
      options.closeIdle(server);
      server.getConnections((_error, count) => (count === 0 ? done() : undefined));
    }
    function done(): void {
      clearTimeout(deadline);
      clearInterval(poll);
      resolve();
    }
  });
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
  return LOOPBACK.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
}
