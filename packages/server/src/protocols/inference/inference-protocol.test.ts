import assert from "node:assert/strict";
import { createServer, request as httpRequest, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";
import Fastify, { type FastifyInstance } from "fastify";

import { silentLog } from "../../base/log.ts";
import { systemPrincipal } from "../../engine/access/principal.ts";
import { ServingCounters } from "../../engine/serving/serving-counters.ts";
import { digestKey, ServingTable, type ServedDeployment } from "../../engine/serving/serving-table.ts";
import { inferenceProtocol } from "./inference-protocol.ts";

const ENDPOINT_ID =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/onlineEndpoints/iris";
const PATH = "3f2a9c01/iris";
const KEY = "secret-key";

const principal = systemPrincipal;
const tokens = {
  issue: () => Promise.reject(new Error("not used")),
  inspect: () => Promise.reject(new Error("not used")),
  verify: (token: string | undefined) =>
    token === "good-token"
      ? Promise.resolve(principal)
      : Promise.reject(new PlatformError("Unauthenticated", "The token is forged.")),
};

describe("inference gateway", () => {
  let app: FastifyInstance;
  let url = "";
  let chance = 0;
  let table = new ServingTable();
  let counters = new ServingCounters();
  const replicas: Server[] = [];

  async function startReplica(listener: RequestListener): Promise<number> {
    const server = createServer(listener);
    replicas.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return portOf(server);
  }

  function publish(name: string, ports: readonly number[], more: Partial<ServedDeployment> = {}): void {
    table.publishDeployment(ENDPOINT_ID, {
      name,
      replicas: ports.map((port) => ({ taskId: `${name}-${port}`, host: "127.0.0.1", port })),
      concurrencyMax: 1,
      queueWaitMs: 50,
      requestTimeoutMs: 2_000,
      ...more,
    });
  }

  function publishEndpoint(traffic: Record<string, number>, mirrorTraffic: Record<string, number> = {}): void {
    const keyDigests = [digestKey(KEY), digestKey("second-key")];
    table.publishEndpoint(PATH, { id: ENDPOINT_ID, authMode: "Key", keyDigests, traffic, mirrorTraffic });
  }

  const score = (body: string, headers: Record<string, string> = {}, path = "score") =>
    fetch(`${url}/endpoints/${PATH}/${path}`, {
      method: "POST",
      body,
      headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", ...headers },
    });

  before(async () => {
    await restart();
  });

  async function restart(): Promise<void> {
    table = new ServingTable();
    counters = new ServingCounters();
    app = Fastify();
    const access = { assertCan: () => Promise.resolve() };
    await app.register(inferenceProtocol({ table, counters, tokens, access, log: silentLog, random: () => chance }));
    url = await app.listen({ port: 0, host: "127.0.0.1" });
  }

  beforeEach(async () => {
    await app.close();
    await restart();
    chance = 0;
  });

  after(async () => {
    await app.close();
    for (const server of replicas) server.close();
  });

  it("sends a request on and says which deployment answered", async () => {
    publish("blue", [await startReplica(echo("blue"))]);
    publishEndpoint({ blue: 100 });
    const answer = await score('{"x":1}', { "x-request-id": "r1" });
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { name: "blue", path: "/score", body: '{"x":1}', authorization: null });
    assert.equal(answer.headers.get("azureml-model-deployment"), "blue");
    assert.equal(answer.headers.get("x-request-id"), "r1");
    assert.equal(counters.find(ENDPOINT_ID, "blue")?.statuses[200], 1);
  });

  it("refuses a missing, a wrong and an unknown endpoint's key", async () => {
    publish("blue", [await startReplica(echo("blue"))]);
    publishEndpoint({ blue: 100 });
    assert.equal((await score("{}", { authorization: "" })).status, 401);
    assert.equal((await score("{}", { authorization: "Bearer wrong" })).status, 401);
    assert.equal((await score("{}", { authorization: "Bearer second-key" })).status, 200);
    assert.equal((await fetch(`${url}/endpoints/3f2a9c01/other/score`)).status, 404);
  });

  it("takes a token where the endpoint wants one", async () => {
    publish("blue", [await startReplica(echo("blue"))]);
    publishEndpoint({ blue: 100 });
    table.publishEndpoint(PATH, {
      id: ENDPOINT_ID,
      authMode: "AMLToken",
      keyDigests: [],
      traffic: { blue: 100 },
      mirrorTraffic: {},
    });
    assert.equal((await score("{}", { authorization: "Bearer good-token" })).status, 200);
    assert.equal((await score("{}")).status, 401);
  });

  it("splits traffic and lets the caller name a deployment", async () => {
    publish("blue", [await startReplica(echo("blue"))]);
    publish("green", [await startReplica(echo("green"))]);
    publishEndpoint({ blue: 90, green: 10 });
    chance = 0.95;
    assert.equal((await score("{}")).headers.get("azureml-model-deployment"), "green");
    const named = await score("{}", { "azureml-model-deployment": "BLUE" });
    assert.equal(named.headers.get("azureml-model-deployment"), "blue");
    assert.equal((await score("{}", { "azureml-model-deployment": "red" })).status, 404);
    publishEndpoint({});
    assert.equal((await score("{}")).status, 404);
  });

  it("answers 424 with the model's own words when the model fails", async () => {
    const port = await startReplica((_request, response) => {
      response.writeHead(500, { "content-type": "application/json", "x-ms-run-function-failed": "True" });
      response.end('{"message":"boom"}');
    });
    publish("blue", [port]);
    publishEndpoint({ blue: 100 });
    const answer = await score("{}");
    assert.equal(answer.status, 424);
    assert.equal(answer.headers.get("ms-azureml-model-error-statuscode"), "500");
    assert.deepEqual(await answer.json(), { message: "boom" });
  });

  it("answers 429 when all places and the queue are taken, and lets the queue in", async () => {
    const waiting: (() => void)[] = [];
    const port = await startReplica((_request, response) => {
      waiting.push(() => response.end("done"));
    });
    publish("blue", [port], { queueWaitMs: 5_000 });
    publishEndpoint({ blue: 100 });
    const first = score("1");
    await until(() => waiting.length === 1);
    const second = score("2");
    await until(async () => (await score("3")).status === 429);
    waiting[0]?.();
    assert.equal((await first).status, 200);
    await until(() => waiting.length === 2);
    waiting[1]?.();
    assert.equal((await second).status, 200);
  });

  it("answers 408 when the model takes too long", async () => {
    publish("blue", [await startReplica(() => {})], { requestTimeoutMs: 50 });
    publishEndpoint({ blue: 100 });
    assert.equal((await score("{}")).status, 408);
  });

  it("answers 503 without an instance, and tries another when one is gone", async () => {
    publishEndpoint({ blue: 100 });
    assert.equal((await score("{}")).status, 503);
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const deadPort = portOf(gone);
    await new Promise((resolve) => gone.close(resolve));
    publish("blue", [deadPort]);
    assert.equal((await score("{}")).status, 503);
    publish("blue", [deadPort, await startReplica(echo("blue"))]);
    assert.equal((await score("{}")).status, 200);
  });

  it("mirrors to another deployment without making the caller wait for it", async () => {
    const mirrored: string[] = [];
    const mirror = await startReplica((request) => {
      request.setEncoding("utf8").on("data", (chunk: string) => mirrored.push(chunk));
    });
    publish("blue", [await startReplica(echo("blue"))]);
    publish("green", [mirror]);
    publishEndpoint({ blue: 100 }, { green: 50 });
    assert.equal((await score("copied")).status, 200);
    await until(() => mirrored.join("") === "copied");
  });

  it("streams an answer as it is made", async () => {
    let finish = () => {};
    const port = await startReplica((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      finish = () => response.end("data: 2\n\n");
    });
    publish("blue", [port]);
    publishEndpoint({ blue: 100 });
    const reader = (await score("{}")).body?.getReader();
    const first = await reader?.read();
    assert.equal(Buffer.from(first?.value ?? []).toString(), "data: 1\n\n");
    finish();
    const second = await reader?.read();
    assert.equal(Buffer.from(second?.value ?? []).toString(), "data: 2\n\n");
  });

  it("sends large bodies through and refuses too large ones", async () => {
    const port = await startReplica((request, response) => {
      let size = 0;
      request.on("data", (chunk: Buffer) => void (size += chunk.length));
      request.on("end", () => response.end(String(size)));
    });
    publish("blue", [port]);
    publishEndpoint({ blue: 100 });
    assert.equal(await (await score("x".repeat(8 * 1024 * 1024))).text(), String(8 * 1024 * 1024));
    assert.equal(await declaredSize(url, 200 * 1024 * 1024), 413);
  });

  it("stops the model's work when the caller leaves", async () => {
    let isClosed = false;
    let isReached = false;
    const port = await startReplica((request) => {
      isReached = true;
      request.socket.on("close", () => void (isClosed = true));
    });
    publish("blue", [port]);
    publishEndpoint({ blue: 100 });
    const leaving = new AbortController();
    const pending = fetch(`${url}/endpoints/${PATH}/score`, {
      method: "POST",
      body: "{}",
      headers: { authorization: `Bearer ${KEY}` },
      signal: leaving.signal,
    }).catch((error: unknown) => error);
    await until(() => isReached);
    leaving.abort();
    await pending;
    await until(() => isClosed);
    await until(() => counters.find(ENDPOINT_ID, "blue")?.statuses[499] === 1);
  });
});

function echo(name: string): RequestListener {
  return (request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => void (body += chunk));
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      const authorization = request.headers.authorization ?? null;
      response.end(JSON.stringify({ name, path: request.url, body, authorization }));
    });
  };
}

function declaredSize(url: string, sizeBytes: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${url}/endpoints/${PATH}/score`, {
      method: "POST",
      headers: { authorization: `Bearer ${KEY}`, "content-length": sizeBytes },
    });
    sent.on("response", (response) => resolve(response.statusCode));
    sent.on("error", reject);
    sent.flushHeaders();
  });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endsAt = Date.now() + 5_000;
  while (!(await condition())) {
    assert.ok(Date.now() < endsAt, "the condition was not met within 5 seconds");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
