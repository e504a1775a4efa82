import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { ArmClient } from "../support/arm-client.ts";
import { assertPythonFlow } from "../support/python-flow.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const FLOW_MS_MAX = 10 * 60_000;
const WAIT_MS_MAX = 60_000;

/** Each step prints `ok <name>` once what it asserts holds. */
const STEPS = ["errors", "secrets", "words", "services"] as const;
const ENVIRONMENT = "azureml://registries/azureml/environments/sklearn-1.5/labels/latest";

describe("what people need around a job", () => {
  const posted: { event: unknown; id: unknown; body: string }[] = [];
  let mail = "";
  let hooks: Server;
  let smtp: TcpServer;
  let server: TestServer;

  before(async () => {
    hooks = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { "x-lazuli-event": event, "idempotency-key": id } = request.headers;
        posted.push({ event, id, body: Buffer.concat(chunks).toString() });
        // The first delivery is refused for the moment, as by a receiver that restarts.
        response.writeHead(posted.length === 1 ? 503 : 204).end();
      });
    });
    smtp = createTcpServer((socket) => {
      let isData = false;
      socket.write("220 test\r\n");
      socket.on("data", (chunk) => {
        for (const line of chunk.toString().split("\r\n").slice(0, -1)) {
          mail += `${line}\n`;
          if (isData && line !== ".") continue;
          isData = line === "DATA";
          socket.write(isData ? "354 go on\r\n" : "250 ok\r\n");
        }
      });
    });
    hooks.listen(0, "127.0.0.1");
    smtp.listen(0, "127.0.0.1");
    await Promise.all([once(hooks, "listening"), once(smtp, "listening")]);
    server = await startTestServer({
      variables: { LAZULI_WEBHOOK_HOSTS: "127.0.0.1", LAZULI_SMTP_URL: `smtp://127.0.0.1:${portOf(smtp)}` },
    });
  });
  after(async () => {
    await server.stop();
    hooks.close();
    smtp.close();
  });

  it("tells of a job's end by webhook and e-mail, again under the same id after a failure", async () => {
    const client = new ArmClient(server);
    const url = `http://127.0.0.1:${portOf(hooks)}/hook`;
    const notificationSetting = {
      emailOn: ["JobFailed"],
      emails: ["ada@example.org"],
      webhooks: { chat: { webhookType: "Generic", url }, lost: { webhookType: "Generic", url: "http://127.0.0.1:9/" } },
    };
    const job = { jobType: "Command", command: "exit 3", environmentId: ENVIRONMENT, notificationSetting };
    await client.do("PUT", "jobs/told", { properties: job });
    await client.until("jobs/told", ({ status }) => status === "Failed");
    const deadline = Date.now() + WAIT_MS_MAX;
    while (posted.length < 2 || !mail.includes("\n.\n")) {
      assert.ok(Date.now() < deadline, `${JSON.stringify(posted)}\n${mail}`);
      await delay(100);
    }
    const [first, second] = posted;
    assert.deepEqual([first?.event, first?.id], ["JobFailed", second?.id]);
    assert.match(second?.body ?? "", /"name":"told".*"status":"Failed"/);
    assert.match(mail, /RCPT TO:<ada@example\.org>/);
    const refused = { ...job, notificationSetting: { emails: ["nobody"] } };
    assert.equal((await client.send("PUT", "jobs/refused", { properties: refused })).status, 400);
  });

  it("is what azure-ai-ml shows of failures, secrets, services and words", { timeout: FLOW_MS_MAX }, async () => {
    await assertPythonFlow(server, { script: "job_care/care.py", steps: STEPS });
  });
});

function portOf(server: { address(): unknown }): number {
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null && "port" in address);
  return Number(address.port);
}
