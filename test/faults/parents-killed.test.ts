import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { ArmClient } from "../support/arm-client.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/** More for a long run: LAZULI_FAULT_KILLS=200. */
const KILLS = Number(process.env["LAZULI_FAULT_KILLS"] ?? "12");
const LIFE_MS_MAX = 900;
const LAYERS = 10;
const WIDTH = 5;
const TRIALS = 40;
const ENDED = ["Completed", "Failed", "Canceled"];
const DONE_MS_MAX = 300_000;
const NO_ORPHAN_MS_MAX = 20_000;

/** Steps in layers; each needs the output of one in the layer above, and leaves its name in a file. */
function pipelineJobs(componentId: string, marks: string): Record<string, unknown> {
  const literal = (value: string) => ({ job_input_type: "literal", value });
  const nodes = Array.from({ length: LAYERS * WIDTH }, (_, index) => {
    const [layer, place] = [Math.floor(index / WIDTH), index % WIDTH];
    const above = `\${{parent.jobs.n${layer - 1}_${(place + 1) % WIDTH}.outputs.done}}`;
    const inputs = { label: literal(`n${layer}_${place}`), marks: literal(marks) };
    const name = `n${layer}_${place}`;
    return [
      name,
      {
        name,
        type: "command",
        componentId,
        computeId: "serverless",
        inputs: layer === 0 ? inputs : { ...inputs, before: literal(above) },
      },
    ] as const;
  });
  return Object.fromEntries(nodes);
}

/** Processes that were started for tasks of the server at this port. */
function taskProcesses(port: number): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "latin1");
        return environment.includes("AZUREML_RUN_ID=") && environment.includes(`:${port}/mlflow`);
      } catch {
        return false;
      }
    });
}

describe("a server killed while a pipeline and a sweep run", () => {
  let server: TestServer;
  let client: ArmClient;
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-parents-"));
    server = await startTestServer();
    client = new ArmClient(server);
    await client.do("PUT", "environments/plain/versions/1", { properties: { image: "python:3.11" } });
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function statusOf(name: string): Promise<string> {
    const job = await client.do("GET", `jobs/${name}`);
    const { properties } = job;
    return typeof properties === "object" && properties !== null && "status" in properties
      ? String(properties.status)
      : "";
  }

  it("loses no step, runs none twice and leaves no process behind", { timeout: 1_800_000 }, async () => {
    const steps = join(folder, "steps");
    const trials = join(folder, "trials");
    const component = await client.do("PUT", "components/mark/versions/1", {
      properties: {
        componentSpec: {
          name: "mark",
          version: "1",
          type: "command",
          is_deterministic: false,
          command: "echo ${{inputs.label}} >> ${{inputs.marks}} && echo done > ${{outputs.done}}/mark",
          environment: "azureml:plain:1",
          inputs: {
            label: { type: "string" },
            marks: { type: "string" },
            before: { type: "uri_folder", optional: true },
          },
          outputs: { done: { type: "uri_folder" } },
        },
      },
    });
    await client.do("PUT", "jobs/fifty", {
      properties: { jobType: "Pipeline", jobs: pipelineJobs(String(component["id"]), steps), settings: {} },
    });
    await client.do("PUT", "jobs/forty", {
      properties: {
        jobType: "Sweep",
        trial: { command: `echo \${{search_space.x}} >> ${trials}`, environmentId: "azureml:plain:1" },
        searchSpace: { x: ["choice", [Array.from({ length: TRIALS }, (_, index) => index)]] },
        samplingAlgorithm: { samplingAlgorithmType: "Grid" },
        objective: { goal: "Maximize", primaryMetric: "none" },
        limits: { jobLimitsType: "Sweep", maxTotalTrials: TRIALS, maxConcurrentTrials: 4 },
      },
    });
    for (let kill = 0; kill < KILLS; kill += 1) {
      await delay(Math.random() * LIFE_MS_MAX);
      await server.kill();
      await server.start();
    }
    const deadline = Date.now() + DONE_MS_MAX;
    let statuses = ["", ""];
    while (Date.now() < deadline && !statuses.every((status) => ENDED.includes(status))) {
      await delay(250);
      statuses = await Promise.all([statusOf("fifty"), statusOf("forty")]);
    }
    assert.deepEqual(statuses, ["Completed", "Completed"]);
    const labels = (await readFile(steps, "utf8")).trim().split("\n").sort();
    assert.deepEqual(labels, Object.keys(pipelineJobs("", "")).sort());
    const values = (await readFile(trials, "utf8")).trim().split("\n").map(Number);
    assert.deepEqual(
      values.toSorted((left, right) => left - right),
      Array.from({ length: TRIALS }, (_, index) => index),
    );
    const quiet = Date.now() + NO_ORPHAN_MS_MAX;
    while (taskProcesses(server.port).length > 0 && Date.now() < quiet) await delay(100);
    assert.deepEqual(taskProcesses(server.port), []);
  });
});
