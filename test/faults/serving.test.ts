import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { startTestServer, type TestServer } from "../support/test-server.ts";

const APP = new URL("echo_app/", import.meta.url).href;
const WAIT_MS_MAX = 60_000;
const WORKSPACE =
  "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lazuli/providers/Microsoft.MachineLearningServices/workspaces/main";
const ENDPOINT = `${WORKSPACE}/onlineEndpoints/faults`;
const BLUE = `${ENDPOINT}/deployments/blue`;

const resourceSchema = z.looseObject({ properties: z.looseObject({ provisioningState: z.string() }) });
const answerSchema = z.object({ pid: z.number(), data: z.string() });

describe("a serving deployment", () => {
  let server: TestServer;
  let key = "";
  let scoringUrl = "";

  async function arm(method: string, id: string, body?: unknown): Promise<unknown> {
    const token = await server.tokenFor("https://management.azure.com");
    const answer = await fetch(`${server.file.loopbackUrl}${id}?api-version=2024-10-01`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    assert.ok(answer.status < 300, `${method} ${id}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  async function settle(id: string): Promise<void> {
    await until(async () => {
      const { properties } = resourceSchema.parse(await arm("GET", id));
      assert.notEqual(properties.provisioningState, "Failed", JSON.stringify(properties));
      return properties.provisioningState === "Succeeded";
    });
  }

  /** The process that answers; `undefined` while nothing does. */
  async function score(): Promise<number | undefined> {
    const request = {
      method: "POST",
      body: "x",
      headers: { authorization: `Bearer ${key}`, "content-type": "text/plain" },
    };
    const answer = await fetch(scoringUrl, request).catch(() => undefined);
    return answer?.status === 200 ? answerSchema.parse(await answer.json()).pid : undefined;
  }

  before(async () => {
    server = await startTestServer();
    await arm("PUT", `${WORKSPACE}/codes/echo/versions/1`, { properties: { codeUri: APP } });
    await arm("PUT", `${WORKSPACE}/environments/bare/versions/1`, { properties: { image: "python:3.11" } });
    await arm("PUT", `${WORKSPACE}/models/none/versions/1`, {
      properties: { modelUri: APP, modelType: "custom_model" },
    });
    await arm("PUT", ENDPOINT, { location: "local", properties: { authMode: "Key" } });
    await settle(ENDPOINT);
    await arm("PUT", BLUE, {
      location: "local",
      sku: { name: "Default", capacity: 1 },
      properties: {
        model: `${WORKSPACE}/models/none/versions/1`,
        environmentId: `${WORKSPACE}/environments/bare/versions/1`,
        codeConfiguration: { codeId: `${WORKSPACE}/codes/echo/versions/1`, scoringScript: "score.py" },
      },
    });
    await settle(BLUE);
    await arm("PUT", ENDPOINT, { location: "local", properties: { authMode: "Key", traffic: { blue: 100 } } });
    const keys = z.object({ primaryKey: z.string() }).parse(await arm("POST", `${ENDPOINT}/listKeys`, {}));
    key = keys.primaryKey;
    const shown = z.object({ properties: z.object({ scoringUri: z.string() }) }).parse(await arm("GET", ENDPOINT));
    scoringUrl = `${server.file.loopbackUrl}${new URL(shown.properties.scoringUri).pathname}`;
    await until(async () => (await score()) !== undefined);
  });
  after(() => server.stop());

  it("answers again from the same process after the server was killed", async () => {
    const before = await score();
    assert.ok(before !== undefined);
    await server.kill();
    assert.equal(await score(), undefined);
    await server.start();
    const startedAt = Date.now();
    await until(async () => (await score()) !== undefined);
    assert.ok(Date.now() - startedAt < 1_000, `it took ${Date.now() - startedAt} ms`);
    assert.equal(await score(), before);
  });

  it("replaces an instance that was killed", async () => {
    const before = await score();
    assert.ok(before !== undefined);
    process.kill(before, "SIGKILL");
    await until(async () => {
      const now = await score();
      return now !== undefined && now !== before;
    });
    await settle(BLUE);
  });

  it("leaves no process behind when it is deleted", async () => {
    const before = await score();
    assert.ok(before !== undefined);
    await arm("DELETE", ENDPOINT);
    await until(() => !isAlive(before));
    assert.equal(await score(), undefined);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endsAt = Date.now() + WAIT_MS_MAX;
  while (!(await condition())) {
    assert.ok(Date.now() < endsAt, "the condition was not met in time");
    await sleep(20);
  }
}
