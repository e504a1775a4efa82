import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { ArmClient, member } from "../support/arm-client.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const LINES = 60;
const KILLS = 3;
const SCORE = `import os
def init():
    pass
def run(data):
    return os.getpid()
`;
/** A line every tenth of a second, and a mark in a file for every start. */
const COUNT = `import sys, time
open(sys.argv[1], "a").write("started\\n")
for number in range(${LINES}):
    print("line", number, flush=True)
    time.sleep(0.1)
`;

describe("a server killed while it works", () => {
  let server: TestServer;
  let client: ArmClient;
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-killed-"));
    server = await startTestServer();
    client = new ArmClient(server);
    await client.do("PUT", "environments/plain/versions/1", { properties: { image: "python:3.11" } });
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function score(uri: string, key: string): Promise<string> {
    const url = uri.replace(/^https:\/\/[^/]+/, server.file.loopbackUrl);
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: "{}" });
    return `${answer.status} ${await answer.text()}`;
  }

  it("finds its job and its deployment again, and runs nothing twice", { timeout: 300_000 }, async () => {
    const codeId = await client.putCode("faults", { "score.py": SCORE, "count.py": COUNT });
    await client.do("PUT", "onlineEndpoints/survivor", {
      location: "local",
      properties: { authMode: "Key", traffic: {} },
    });
    await client.do("PUT", "onlineEndpoints/survivor/deployments/blue", {
      location: "local",
      sku: { name: "Default", capacity: 1 },
      properties: {
        endpointComputeType: "Managed",
        environmentId: "azureml:plain:1",
        codeConfiguration: { codeId, scoringScript: "score.py" },
        instanceType: "Standard_DS3_v2",
      },
    });
    await client.until("onlineEndpoints/survivor/deployments/blue", ({ provisioningState }) => {
      assert.notEqual(provisioningState, "Failed");
      return provisioningState === "Succeeded";
    });
    const endpoint = await client.do("PUT", "onlineEndpoints/survivor", {
      location: "local",
      properties: { authMode: "Key", traffic: { blue: 100 } },
    });
    const uri = String(member(endpoint, "properties")["scoringUri"]);
    const key = String((await client.do("POST", "onlineEndpoints/survivor/listKeys", {}))["primaryKey"]);
    await client.until("onlineEndpoints/survivor", ({ provisioningState }) => provisioningState === "Succeeded");
    const before = await score(uri, key);
    assert.match(before, /^200 \d+$/);

    const marks = join(folder, "marks");
    await client.do("PUT", "jobs/survivor", {
      properties: {
        jobType: "Command",
        command: `python count.py ${marks}`,
        codeId,
        environmentId: "azureml:plain:1",
        computeId: `${client.workspaceId}/computes/cpu-cluster`,
      },
    });
    await client.until("jobs/survivor", ({ status }) => status === "Running");
    for (let kill = 0; kill < KILLS; kill += 1) {
      await delay(700);
      await server.kill();
      await delay(300);
      await server.start();
    }
    const { status } = await client.until("jobs/survivor", (job) =>
      ["Completed", "Failed", "Canceled"].includes(String(job["status"])),
    );
    assert.equal(status, "Completed");
    assert.equal(await readFile(marks, "utf8"), "started\n");
    const log = await readLog("survivor");
    assert.deepEqual(
      log.split("\n").filter((line) => line.startsWith("line ")),
      Array.from({ length: LINES }, (_, number) => `line ${number}`),
    );
    assert.equal(await score(uri, key), before, "the same process answers as before");
  });

  it("hears of its job again when it comes back on another port", { timeout: 120_000 }, async () => {
    await client.do("PUT", "jobs/mover", {
      properties: {
        jobType: "Command",
        command: "sleep 3; echo moved",
        environmentId: "azureml:plain:1",
        computeId: `${client.workspaceId}/computes/cpu-cluster`,
      },
    });
    await client.until("jobs/mover", ({ status }) => status === "Running");
    await server.kill();
    const moved = await startTestServer({ home: server.home });
    try {
      assert.notEqual(moved.port, server.port);
      const { status } = await new ArmClient(moved).until("jobs/mover", (job) =>
        ["Completed", "Failed", "Canceled"].includes(String(job["status"])),
      );
      assert.equal(status, "Completed");
    } finally {
      await moved.stop();
      await server.start();
    }
  });

  async function readLog(job: string): Promise<string> {
    const token = await server.tokenFor("https://management.azure.com");
    const url = `${server.file.loopbackUrl}/history/v1.0${client.workspaceId}/runs/${job}/details?api-version=v1.0`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    const details: unknown = await answer.json();
    assert.ok(typeof details === "object" && details !== null);
    const files = member({ ...details }, "logFiles");
    const link = String(files["user_logs/std_log.txt"]).replace(/^https:\/\/[^/]+/, server.file.loopbackUrl);
    return (await fetch(link)).text();
  }
});
