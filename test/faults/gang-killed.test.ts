import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { ArmClient } from "../support/arm-client.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const JOBS = 8;
const NODES = 2;
const KILLS = 6;
const PAUSE_MS_MAX = 900;
const FLOW_MS_MAX = 300_000;
const ENDED = ["Completed", "Failed", "Canceled"];

describe("jobs of several nodes under faults", () => {
  let server: TestServer;
  let client: ArmClient;
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-gang-"));
    server = await startTestServer();
    client = new ArmClient(server);
    await client.do("PUT", "environments/plain/versions/1", { properties: { image: "python:3.11" } });
    await client.do("PUT", "computes/pair", {
      location: "local",
      properties: { computeType: "AmlCompute", properties: { scaleSettings: { maxNodeCount: NODES } } },
    });
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function submit(name: string, command: string, more: object = {}): Promise<void> {
    const resources = { instanceCount: NODES };
    const job = { jobType: "Command", command, environmentId: "azureml:plain:1", computeId: "pair", resources };
    await client.do("PUT", `jobs/${name}`, { properties: { ...job, ...more } });
  }

  const end = (name: string) => client.until(`jobs/${name}`, ({ status }) => ENDED.includes(String(status)));
  const run = (name: string) => client.until(`jobs/${name}`, ({ status }) => status === "Running");

  /** Processes of tasks whose command mentions the text. */
  async function processesOf(text: string): Promise<number[]> {
    const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 1 && pid !== process.pid);
    const lines = await Promise.all(
      pids.map(async (pid) => {
        const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
        return line.replaceAll("\0", " ").includes(text) ? [pid] : [];
      }),
    );
    return lines.flat();
  }

  /** The runner above a process. */
  async function runnerOf(pid: number): Promise<number> {
    for (let current = pid; current > 1;) {
      const line = await readFile(`/proc/${current}/cmdline`, "utf8");
      if (line.startsWith("lazuli-runner") || line.includes("runner/src/main.ts")) return current;
      current = Number((await readFile(`/proc/${current}/stat`, "latin1")).split(") ")[1]?.split(" ")[1]);
    }
    throw new Error(`No runner is above process ${pid}.`);
  }

  it("loses no node and starts none twice when the server is killed", { timeout: FLOW_MS_MAX }, async () => {
    const names = Array.from({ length: JOBS }, (_, index) => `gang-${index}`);
    const mark = `echo started >> ${folder}/$AZUREML_RUN_ID-$NODE_RANK; sleep 0.6`;
    for (const name of names) await submit(name, mark);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await delay(Math.random() * PAUSE_MS_MAX);
      await server.kill();
      await server.start();
    }
    for (const name of names) assert.equal((await end(name))["status"], "Completed", name);
    const marks = (await readdir(folder)).toSorted();
    assert.deepEqual(
      marks,
      names.flatMap((name) => Array.from({ length: NODES }, (_, rank) => `${name}-${rank}`)).toSorted(),
    );
    for (const name of marks) assert.equal(await readFile(join(folder, name), "utf8"), "started\n", name);
  });

  it("fails, and leaves nothing behind, when the runner of one rank is killed", { timeout: FLOW_MS_MAX }, async () => {
    const text = `sleep 31${process.pid}`;
    const distribution = { distributionType: "PyTorch", processCountPerInstance: 2 };
    await submit("headless", `setsid ${text} & ${text}`, { distribution });
    await run("headless");
    const ranks = await processesOf(text);
    assert.ok(ranks.length >= NODES * 2, `${ranks.length}`);
    process.kill(await runnerOf(ranks[0] ?? 0), "SIGKILL");
    const { status } = await end("headless");
    assert.equal(status, "Failed");
    const deadline = Date.now() + 15_000;
    while ((await processesOf(text)).length > 0 && Date.now() < deadline) await delay(100);
    assert.deepEqual(await processesOf(text), []);
  });

  it("gives up a node that does not answer any more", { timeout: FLOW_MS_MAX }, async () => {
    const text = `sleep 32${process.pid}`;
    await submit("frozen", text);
    await run("frozen");
    const [first] = await processesOf(text);
    process.kill(await runnerOf(first ?? 0), "SIGSTOP");
    await client.do("POST", "jobs/frozen/cancel", {});
    assert.equal((await end("frozen"))["status"], "Canceled");
    assert.deepEqual(await processesOf(text), []);
  });
});
