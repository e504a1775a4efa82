import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { ArmClient, member } from "../support/arm-client.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const WAIT_MS_MAX = 180_000;

describe("run history over http", { timeout: WAIT_MS_MAX }, () => {
  let server: TestServer;
  let client: ArmClient;
  let token = "";
  before(async () => {
    server = await startTestServer();
    client = new ArmClient(server);
    token = await server.tokenFor("https://management.azure.com");
    await client.do("PUT", "environments/plain/versions/1", { properties: { image: "python:3.11" } });
    await client.do("PUT", "jobs/teller", {
      properties: {
        jobType: "Command",
        command: "echo told > ${{outputs.out}}/x.txt; echo first; echo second",
        environmentId: "azureml:plain:1",
        outputs: { out: { jobOutputType: "uri_folder" } },
      },
    });
    await client.until("jobs/teller", ({ status }) => status === "Completed");
  });
  after(() => server.stop());

  async function ask(path: string, options: { method?: string; body?: string; token?: string } = {}) {
    const bearer = options.token ?? token;
    const url = path.startsWith("http")
      ? path.replace(/^https:\/\/[^/]+/, server.file.loopbackUrl)
      : server.file.loopbackUrl + path;
    const answer = await fetch(url, {
      method: options.method ?? "GET",
      headers: { "content-type": "application/json", ...(bearer !== "" && { authorization: `Bearer ${bearer}` }) },
      ...(options.body !== undefined && { body: options.body }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  const history = (path: string) => `/history/v1.0${client.workspaceId}/${path}`;

  async function logUrl(): Promise<string> {
    const { text } = await ask(history("runs/teller/details"));
    const logFiles = member(JSON.parse(text), "logFiles");
    return String(logFiles["user_logs/std_log.txt"]);
  }

  it("gives out log addresses that need no token, and no other log for a changed one", async () => {
    const url = await logUrl();
    assert.deepEqual(await ask(url, { token: "" }), { status: 200, text: "first\nsecond\n" });
    const forged = url.replace(/logs\/.{20}/, "logs/AAAAAAAAAAAAAAAAAAAA");
    assert.equal((await ask(forged, { token: "" })).status, 403);
  });

  it("resolves outputs by the ids that it gave to them", async () => {
    const { text } = await ask(history("rundata"), { method: "POST", body: JSON.stringify({ runId: "teller" }) });
    const outputs = member(member(JSON.parse(text), "runMetadata"), "outputs");
    const id = String(member(outputs, "out")["assetId"]);
    const resolved = await ask(`/data/v1.0${client.workspaceId}/dataversion/batchGetResolvedUris`, {
      method: "POST",
      body: JSON.stringify({ values: [id] }),
    });
    const place = member(member(JSON.parse(resolved.text), "values"), id);
    assert.match(String(place["uri"]), /\/datastores\/workspaceblobstore\/paths\/azureml\/teller\/out\/$/);
  });

  it("finds a run below its experiment too, whatever the case of the path", async () => {
    const path = history("experiments/Default/runs/teller").replace("resourceGroups", "resourcegroups");
    assert.equal((await ask(path)).status, 200);
    assert.equal((await ask(history("experimentids/0/runs/teller/details"))).status, 200);
  });

  it("tells its addresses to everybody", async () => {
    const { status, text } = await ask("/discovery/workspaces/any", { token: "" });
    assert.deepEqual([status, member({ document: JSON.parse(text) }, "document")["api"]], [200, server.file.url]);
  });

  const refusals = [
    ["no token", () => ask(history("runs/teller"), { token: "" }), 401],
    ["a token that is none", () => ask(history("runs/teller"), { token: "a.b.c" }), 401],
    ["a run that does not exist", () => ask(history("runs/nobody")), 404],
    [
      "a workspace that does not exist",
      () => ask(history("runs/teller").replace("workspaces/main", "workspaces/none")),
      404,
    ],
    ["an operation that does not exist", () => ask(history("nothing/here")), 404],
    ["malformed JSON", () => ask(history("rundata"), { method: "POST", body: "{" }), 400],
    ["a body without its field", () => ask(history("rundata"), { method: "POST", body: "{}" }), 400],
    [
      "an id of nothing",
      () =>
        ask(`/data/v1.0${client.workspaceId}/dataversion/batchGetResolvedUris`, {
          method: "POST",
          body: '{"values":["x"]}',
        }),
      404,
    ],
    ["broken percent-encoding", () => ask(history("runs/%zz")), 400],
  ] as const;
  for (const [what, send, status] of refusals) {
    it(`refuses ${what} with ${status}`, async () => {
      const answer = await send();
      assert.equal(answer.status, status, answer.text);
      assert.notEqual(member(JSON.parse(answer.text), "error")["message"], "");
    });
  }
});
