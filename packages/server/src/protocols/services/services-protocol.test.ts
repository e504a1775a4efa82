import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { ServiceState } from "@lazuli/contract/node/task-service.ts";
import Fastify, { type FastifyInstance } from "fastify";

import { silentLog } from "../../base/log.ts";
import type { Principal } from "../../engine/access/principal.ts";
import type { FindServiceDependencies } from "./find-service.ts";
import { servicesProtocol } from "./services-protocol.ts";

const JOB = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/jobs/j";
const LAB = { name: "lab", type: "JupyterLab", basePath: "/services/t1/lab", token: "program-token" } as const;
const BOARD = { name: "board", type: "TensorBoard", basePath: "/services/t1/board", token: "x" } as const;
const WAIT_MS_MAX = 5_000;

describe("services protocol", () => {
  const seen: { url: string | undefined; headers: IncomingMessage["headers"] }[] = [];
  let program: Server;
  let app: FastifyInstance;
  let base: string;
  let callerId = "ada";
  let allowed: readonly string[] = [];
  let state: ServiceState;

  before(async () => {
    program = createServer((request, response) => {
      seen.push({ url: request.url, headers: request.headers });
      response.writeHead(201, { "content-type": "text/plain", "set-cookie": ["lazuli_session=stolen", "_xsrf=1"] });
      request.pipe(response);
    });
    program.on("upgrade", (request: IncomingMessage, socket) => {
      seen.push({ url: request.url, headers: request.headers });
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      socket.pipe(socket);
    });
    program.listen(0, "127.0.0.1");
    await once(program, "listening");
    app = Fastify();
    await app.register(servicesProtocol(dependencies()));
    await app.listen({ port: 0, host: "127.0.0.1" });
    base = `http://127.0.0.1:${portOf(app.server)}`;
  });
  after(async () => {
    await app.close();
    program.close();
    program.closeAllConnections();
  });
  beforeEach(() => {
    seen.length = 0;
    callerId = "ada";
    allowed = ["read"];
    state = { name: "lab", status: "Running", port: portOf(program) };
  });

  it("passes requests and answers through, with the program's password and without the caller's", async () => {
    const headers = { authorization: "Bearer good", cookie: "lazuli_session=mine; _xsrf=1" };
    const answer = await fetch(`${base}/services/t1/lab/api/x?y=1`, { method: "POST", headers, body: "hello" });
    assert.deepEqual([answer.status, await answer.text()], [201, "hello"]);
    assert.deepEqual(answer.headers.getSetCookie(), ["_xsrf=1"]);
    const [request] = seen;
    assert.equal(request?.url, "/services/t1/lab/api/x?y=1");
    assert.equal(request?.headers.authorization, "token program-token");
    assert.equal(request?.headers.cookie?.trim(), "_xsrf=1");
    assert.equal(request?.headers.host, `127.0.0.1:${portOf(program)}`);
  });

  it("joins WebSockets, and refuses them to strangers and elsewhere", async () => {
    const opened = await upgrade("/services/t1/lab/ws", "Bearer good");
    assert.match(opened, /^HTTP\/1\.1 101 .*echo me$/s);
    assert.equal(seen[0]?.url, "/services/t1/lab/ws");
    assert.match(await upgrade("/services/t1/lab/ws", "Bearer bad"), /^HTTP\/1\.1 401 /);
    assert.match(await upgrade("/elsewhere", "Bearer good"), /^HTTP\/1\.1 404 /);
  });

  it("lets readers see TensorBoard, and run code only those who may submit jobs", async () => {
    callerId = "bob";
    assert.equal(await statusOf("/services/t1/lab/"), 403);
    state = { ...state, name: "board" };
    assert.equal(await statusOf("/services/t1/board/"), 201);
    state = { ...state, name: "lab" };
    allowed = ["read", "write"];
    assert.equal(await statusOf("/services/t1/lab/"), 201);
    allowed = [];
    assert.equal(await statusOf("/services/t1/board/"), 403);
  });

  it("says why a service does not answer", async () => {
    assert.equal(await statusOf("/services/t1/nothing/"), 404);
    assert.equal(await statusOf("/services/t2/lab/"), 404);
    state = { name: "lab", status: "Failed", error: "it is not installed" };
    const answer = await fetch(`${base}/services/t1/lab/`, { headers: { authorization: "Bearer good" } });
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /it is not installed/);
    state = { name: "lab", status: "Running", port: 9 };
    assert.equal(await statusOf("/services/t1/lab/"), 503);
  });

  async function statusOf(path: string): Promise<number> {
    return (await fetch(`${base}${path}`, { headers: { authorization: "Bearer good" } })).status;
  }

  async function upgrade(path: string, authorization: string): Promise<string> {
    const socket = connect(portOf(app.server), "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
      if (text.includes(" 101 ") && !text.includes("echo me")) socket.write("echo me");
      else socket.end();
    });
    const lines = [
      `GET ${path} HTTP/1.1`,
      "Host: h",
      "Connection: Upgrade",
      "Upgrade: websocket",
      `Authorization: ${authorization}`,
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    await once(socket, "close", { signal: AbortSignal.timeout(WAIT_MS_MAX) });
    return text;
  }

  function dependencies(): FindServiceDependencies {
    const principal = (): Principal => ({
      id: callerId,
      tenantId: "t",
      name: callerId,
      kind: "user",
      scopes: undefined,
    });
    return {
      log: silentLog,
      authenticate: async (headers) => {
        if (headers["authorization"] !== "Bearer good") throw new PlatformError("Unauthenticated", "Sign in first.");
        return principal();
      },
      access: {
        async assertCan(_principal, action) {
          if (!allowed.includes(action.slice(action.lastIndexOf("/") + 1))) throw new PlatformError("Forbidden", "No.");
        },
      },
      resources: {
        get: async () => ({ id: JOB, name: "j", state: { submittedBy: { id: "ada" } } }),
      },
      tasks: {
        find: async (taskId) =>
          taskId === "t1" ? { ownerId: JOB, spec: { services: [LAB, BOARD] }, services: [state] } : undefined,
      },
    };
  }
});

function portOf(server: { address(): unknown }): number {
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null && "port" in address);
  return Number(address.port);
}
