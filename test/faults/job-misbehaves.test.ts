import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { ArmClient, member } from "../support/arm-client.ts";
import { MOUNT_REFUSED, mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const ENDED = ["Completed", "Failed", "Canceled"];
const GIGABYTE = 1_000_000_000;
const MS_MAX = 300_000;

async function prepare(server: TestServer): Promise<ArmClient> {
  const client = new ArmClient(server);
  await client.do("PUT", "environments/plain/versions/1", { properties: { image: "python:3.11" } });
  return client;
}

async function runJob(client: ArmClient, name: string, command: string): Promise<Record<string, unknown>> {
  const properties = { jobType: "Command", command, environmentId: "azureml:plain:1" };
  await client.do("PUT", `jobs/${name}`, { properties });
  return client.until(`jobs/${name}`, ({ status }) => ENDED.includes(String(status)));
}

describe("a job that prints a gigabyte", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it("completes with its whole log, and others run meanwhile", { timeout: MS_MAX }, async () => {
    const client = await prepare(server);
    const loud = runJob(
      client,
      "loud",
      `yes 0123456789012345678901234567890123456789 | head -c ${GIGABYTE}; echo; echo end`,
    );
    assert.equal((await runJob(client, "quiet", "echo hello"))["status"], "Completed");
    assert.equal((await loud)["status"], "Completed");
    const token = await server.tokenFor("https://management.azure.com");
    const headers = { authorization: `Bearer ${token}` };
    const query = `workspace=${encodeURIComponent(client.workspaceId)}`;
    const answer = await fetch(`${server.file.loopbackUrl}/studio/api/jobs/loud/logs?${query}`, { headers });
    const body: unknown = await answer.json();
    assert.match(JSON.stringify(body), new RegExp(`"name":"user_logs/std_log.txt","sizeBytes":${GIGABYTE + 5}`));
  });
});

describe("a job that fills the disk", () => {
  let disk: SmallDisk;
  let server: TestServer | undefined;
  before(async () => {
    disk = await mountSmallDisk("400m");
    if (disk.isMounted) server = await startTestServer({ home: disk.folder });
  });
  after(async () => {
    await server?.stop();
    await disk.remove();
  });

  it("fails with the disk's name for it, and the next one runs", { timeout: MS_MAX }, async (test) => {
    if (server === undefined) return test.skip(MOUNT_REFUSED);
    const client = await prepare(server);
    const greedy = await runJob(client, "greedy", "dd if=/dev/zero of=fill bs=1M count=2000");
    assert.equal(greedy["status"], "Failed");
    const error = member(member(greedy, "lazuli"), "error");
    assert.match(JSON.stringify(error), /No space left on device|disk is full/i);
    const next = await runJob(client, "next", "echo hello");
    assert.equal(next["status"], "Completed");
  });
});
