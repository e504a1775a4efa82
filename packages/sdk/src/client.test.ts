import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Client, isNotFound } from "./client.ts";

interface Step {
  readonly expect: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** A client whose server answers the steps in their order, and fails on anything else. */
function clientOf(steps: Step[]) {
  const left = [...steps];
  const client = new Client({
    baseUrl: "https://host",
    getToken: async () => "token",
    sleep: async () => undefined,
    fetch: async (url, init) => {
      const { pathname, search } = new URL(url);
      const step = left.shift();
      assert.equal(`${init.method} ${pathname}`, step?.expect, `after ${steps.length - left.length} steps (${search})`);
      return new Response(step?.body === undefined ? null : JSON.stringify(step.body), {
        status: step?.status ?? 200,
        headers: step?.headers ?? {},
      });
    },
  });
  return { client, left };
}

const resource = { id: "/a", name: "a", properties: { provisioningState: "Succeeded" } };

describe("client", () => {
  it("follows Azure-AsyncOperation and then reads the resource again", async () => {
    const { client, left } = clientOf([
      {
        expect: "PUT /a",
        status: 201,
        headers: { "azure-asyncoperation": "https://host/op/1" },
        body: { id: "/a", name: "a" },
      },
      { expect: "GET /op/1", body: { status: "InProgress" } },
      { expect: "GET /op/1", body: { status: "Succeeded" } },
      { expect: "GET /a", body: resource },
    ]);
    assert.equal((await client.put("/a", { properties: {} })).properties?.["provisioningState"], "Succeeded");
    assert.equal(left.length, 0);
  });

  it("follows Location until it no longer answers 202", async () => {
    const { client, left } = clientOf([
      { expect: "DELETE /a", status: 202, headers: { location: "https://host/result" } },
      { expect: "GET /result", status: 202 },
      { expect: "GET /result", status: 204 },
    ]);
    await client.delete("/a");
    assert.equal(left.length, 0);
  });

  it("polls the resource itself when there is nothing else to poll", async () => {
    const { client } = clientOf([
      { expect: "PUT /a", body: { ...resource, properties: { provisioningState: "Creating" } } },
      { expect: "GET /a", body: resource },
    ]);
    assert.equal((await client.put("/a", { properties: {} })).properties?.["provisioningState"], "Succeeded");
  });

  it("throws what a failed operation says", async () => {
    const { client } = clientOf([
      { expect: "PUT /a", status: 201, headers: { "azure-asyncoperation": "https://host/op/1" } },
      {
        expect: "GET /op/1",
        body: { status: "Failed", error: { code: "BadScript", message: "score.py has no init()." } },
      },
    ]);
    await assert.rejects(client.put("/a", { properties: {} }), {
      azureCode: "BadScript",
      message: "score.py has no init().",
    });
  });

  it("reads all pages as they are consumed", async () => {
    const { client } = clientOf([
      { expect: "GET /list", body: { value: [resource], nextLink: "https://host/list2?skip=1" } },
      { expect: "GET /list2", body: { value: [{ ...resource, name: "b" }] } },
    ]);
    const names = [];
    for await (const item of client.list("/list")) names.push(item.name);
    assert.deepEqual(names, ["a", "b"]);
  });

  it("keeps the server's code, message, target and details", async () => {
    const error = {
      code: "NotFound",
      message: "Job 'x' does not exist.",
      target: "id",
      details: [{ code: "d", message: "m" }],
    };
    const { client } = clientOf([
      { expect: "GET /a", status: 404, body: { error } },
      { expect: "GET /a", status: 404, body: { error } },
    ]);
    await assert.rejects(client.get("/a"), (thrown) => isNotFound(thrown));
    assert.equal(await client.find("/a"), undefined);
  });

  it("tries again when the server is briefly away, but never a POST", async () => {
    const { client } = clientOf([
      { expect: "GET /a", status: 503 },
      { expect: "GET /a", body: resource },
      { expect: "POST /a/stop", status: 503, body: { error: { code: "Unavailable", message: "Full." } } },
    ]);
    assert.equal((await client.get("/a")).name, "a");
    await assert.rejects(client.post("/a", "stop"), { code: "Unavailable" });
  });
});
