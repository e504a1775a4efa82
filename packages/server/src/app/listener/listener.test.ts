import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";

import Fastify from "fastify";

import { silentLog } from "../../base/log.ts";
import { systemClock } from "../../base/clock.ts";
import { openTls, type TlsFiles } from "../tls/tls-files.ts";
import { createListener, type Listener } from "./listener.ts";
import { listen } from "./listen.ts";

const BODY = Buffer.alloc(3_000_000, "lazuli ");

describe("listener", () => {
  let folder: string;
  let tls: TlsFiles;
  let listener: Listener;
  let app: Awaited<ReturnType<typeof startApp>>;
  let port: number;

  async function startApp() {
    const fastify = Fastify({ serverFactory: (handler) => listener.serverFactory(handler), bodyLimit: 10_000_000 });
    fastify.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    fastify.post("/echo", (request, reply) => reply.send(request.body));
    fastify.get("/protocol", (request) => request.protocol);
    fastify.get("/slow", () => new Promise((resolve) => setTimeout(() => resolve("done"), 200)));
    await listen(fastify, { port: 0, host: "127.0.0.1" });
    return fastify;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-listener-"));
    tls = await openTls({ folder, hosts: [], clock: systemClock });
    listener = createListener({ tls, log: silentLog });
    app = await startApp();
    const address = app.server.address();
    assert.ok(address !== null && typeof address === "object");
    port = address.port;
  });

  after(async () => {
    await listener.endConnections(0);
    await app.close();
    await rm(folder, { recursive: true });
  });

  it("answers http and https on the same port", async () => {
    const answers = await Promise.all([call("http", "/protocol"), call("https", "/protocol")]);
    assert.deepEqual(answers.map(String), ["http", "https"]);
  });

  it("carries large bodies whole over both, on connections that are used again", async () => {
    const agent = new Agent({ ca: tls.authority, keepAlive: true, maxSockets: 1 });
    for (let round = 0; round < 3; round += 1) {
      assert.ok((await call("http", "/echo", { body: BODY })).equals(BODY));
      assert.ok((await call("https", "/echo", { body: BODY, agent })).equals(BODY));
    }
    agent.destroy();
  });

  it("answers a request that arrives byte by byte", async () => {
    const socket = connect(port, "127.0.0.1");
    const bytes = "GET /protocol HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for (const byte of bytes) {
      await new Promise((resolve) => socket.write(byte, resolve));
    }
    assert.match(await text(socket), /^HTTP\/1\.1 200 OK[^]*http$/);
  });

  it("survives connections that say nothing, nonsense, or half a handshake", async () => {
    for (const bytes of ["", "\u0000\u0001", "\u0016\u0003\u0001\u0000\u0005hello", "\u0016"]) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      await new Promise((resolve) => socket.write(Buffer.from(bytes, "latin1"), resolve));
      socket.destroy();
    }
    assert.equal(String(await call("https", "/protocol")), "https");
  });

  it("answers plain http to this machine alone", async (context) => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === "IPv4" && !address.internal);
    if (outside === undefined) return context.skip("this machine has no address but loopback");
    const server = listener.serverFactory((_request, response) => response.end("ok"));
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    const bound = server.address();
    assert.ok(bound !== null && typeof bound === "object");
    const near = await fetch(`http://127.0.0.1:${bound.port}/`);
    const far = await fetch(`http://${outside.address}:${bound.port}/`);
    assert.deepEqual([near.status, far.status], [200, 403]);
    assert.match(await far.text(), /call the https address/);
    server.closeAllConnections();
    server.close();
  });

  it("names who uses a port", async () => {
    const other = Fastify();
    await assert.rejects(listen(other, { port, host: "127.0.0.1" }), {
      code: "Unavailable",
      message: new RegExp(`^Port ${port} is in use by .+; end that, or choose another port with --port.$`),
    });
    await other.close();
  });

  it("lets running requests end before it closes", async () => {
    const slow = call("https", "/slow");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const idle = connect(port, "127.0.0.1");
    idle.on("error", () => undefined);
    app.server.close();
    await listener.endConnections(2000);
    assert.equal(String(await slow), "done");
    idle.destroy();
  });

  function call(
    scheme: "http" | "https",
    path: string,
    options: { body?: Buffer; agent?: Agent } = {},
  ): Promise<Buffer> {
    const send = scheme === "http" ? httpRequest : httpsRequest;
    const { body, agent } = options;
    return new Promise((resolve, reject) => {
      const request = send(
        {
          host: "127.0.0.1",
          port,
          path,
          ca: tls.authority,
          agent: scheme === "https" ? agent : undefined,
          method: body ? "POST" : "GET",
          headers: { "content-type": "application/octet-stream" },
        },
        (response) => resolve(buffer(response)),
      );
      request.on("error", reject);
      request.end(body);
    });
  }
});
