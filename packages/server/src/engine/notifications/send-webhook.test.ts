import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { after, before, describe, it } from "node:test";

import { isForbiddenAddress } from "./forbidden-address.ts";
import { openNotifier } from "./open-notifier.ts";

const NEWS = { id: "id-1", event: "JobFailed", subject: "It failed", text: "Because.", body: { job: "x" } };
const { signal } = new AbortController();

describe("a webhook", () => {
  const received: { path: string; body: string; headers: IncomingMessage["headers"] }[] = [];
  let server: Server;
  let base: string;

  before(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const path = request.url ?? "";
        received.push({ path, body: Buffer.concat(chunks).toString(), headers: request.headers });
        if (path === "/moved") response.writeHead(307, { location: "/hook" });
        else if (path === "/away") response.writeHead(307, { location: "http://elsewhere.invalid/hook" });
        else response.writeHead(path === "/hook" ? 204 : Number(path.slice(1)));
        response.end();
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    base = `http://127.0.0.1:${portOf(server)}`;
  });
  after(() => server.close());

  it("is posted as JSON with an id that is the same each time, also after a redirection on its host", async () => {
    for (const path of ["/hook", "/moved"]) {
      received.length = 0;
      await send(`${base}${path}`);
      const last = received.at(-1);
      assert.deepEqual([last?.path, last?.body], ["/hook", '{"job":"x"}']);
      assert.deepEqual([last?.headers["idempotency-key"], last?.headers["x-lazuli-event"]], ["id-1", "JobFailed"]);
    }
  });

  it("is tried again after what may pass, and not after a refusal", async () => {
    await assert.rejects(send(`${base}/503`), { isFinal: false });
    await assert.rejects(send(`${base}/429`), { isFinal: false });
    await assert.rejects(send("http://127.0.0.1:9/hook"), { isFinal: false });
    await assert.rejects(send(`${base}/404`), { isFinal: true });
    await assert.rejects(send(`${base}/away`), { isFinal: true, message: /redirects to another host/ });
  });

  it("goes neither to this machine nor to metadata services unless their host is allowed", async () => {
    const strict = openNotifier({ smtpFrom: "", webhookHosts: [] });
    received.length = 0;
    for (const url of [
      `${base}/hook`,
      `http://localhost:${portOf(server)}/hook`,
      "http://[::1]/",
      "http://169.254.169.254/",
    ]) {
      await assert.rejects(strict.send({ kind: "webhook", name: "x", url }, NEWS, signal), { isFinal: true });
    }
    await assert.rejects(send("file:///etc/passwd"), { isFinal: true });
    assert.equal(received.length, 0);
    assert.ok(isForbiddenAddress("::ffff:127.0.0.1"));
    assert.ok(!isForbiddenAddress("10.1.2.3") && !isForbiddenAddress("192.0.2.7"));
  });

  function send(url: string): Promise<void> {
    const notifier = openNotifier({ smtpFrom: "", webhookHosts: ["127.0.0.1"] });
    return notifier.send({ kind: "webhook", name: "x", url }, NEWS, signal);
  }
});

describe("an e-mail", () => {
  it("goes through the SMTP server to one address, with the same message id each time", async () => {
    let mail = "";
    const server = createTcpServer((socket) => {
      let isData = false;
      socket.write("220 test\r\n");
      socket.on("data", (chunk) => {
        for (const line of chunk.toString().split("\r\n").slice(0, -1)) {
          mail += `${line}\n`;
          if (isData) {
            if (line !== ".") continue;
            isData = false;
            socket.write("250 taken\r\n");
          } else if (line === "DATA") {
            isData = true;
            socket.write("354 go on\r\n");
          } else socket.write(line.startsWith("EHLO") ? "250 test\r\n" : "250 ok\r\n");
        }
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const notifier = openNotifier({
      smtpUrl: `smtp://127.0.0.1:${portOf(server)}`,
      smtpFrom: "Lazuli <lazuli@example.org>",
      webhookHosts: [],
    });
    await notifier.send({ kind: "email", address: "ada@example.org" }, NEWS, signal);
    assert.match(mail, /RCPT TO:<ada@example\.org>/);
    assert.match(mail, /Subject: It failed/);
    assert.match(mail, /Message-ID: <id-1@lazuli>/);
    server.close();
  });

  it("says that no server is configured", async () => {
    const notifier = openNotifier({ smtpFrom: "", webhookHosts: [] });
    await assert.rejects(notifier.send({ kind: "email", address: "a@b.c" }, NEWS, signal), { isFinal: true });
  });
});

function portOf(server: { address(): unknown }): number {
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null && "port" in address);
  return Number(address.port);
}
