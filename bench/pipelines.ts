/**
 * Pipelines through the whole platform.
 *
 * - chain: 20 steps of one Python start each, every one needing the output of the one before; from the first step's
 *   start to the last one's end, against a shell that starts the same interpreter as often (the floor);
 * - fan-out: 1,000 steps of `true` on 8 slots, against GNU parallel where it is installed, else xargs; and how long a
 *   job takes to be accepted meanwhile.
 *
 * Run: `node bench/pipelines.ts [steps]`. Prints; asserts nothing.
 */
import { spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

import { ArmClient, member } from "../test/support/arm-client.ts";
import { environmentPython, runPeer } from "../test/support/bench-floor.ts";
import { startTestServer } from "../test/support/test-server.ts";

const FAN_OUT = Number(process.argv[2] ?? 1_000);
const CHAIN_STEPS = 20;
const CHAIN_ROUNDS = 5;
const SLOTS = 8;
const PROBE_EVERY_MS = 100;
const ENDED = ["Completed", "Failed", "Canceled"];

const server = await startTestServer({
  variables: { LAZULI_LOG_LEVEL: "warn", LAZULI_WARM_RUNNERS: String(SLOTS) },
});
const client = new ArmClient(server);
try {
  await client.do("PUT", "environments/bench/versions/1", { properties: { image: "python:3.11" } });
  const scaleSettings = { minNodeCount: 0, maxNodeCount: SLOTS };
  await client.do("PUT", "computes/bench", {
    location: "local",
    properties: { computeType: "AmlCompute", properties: { vmSize: "LOCAL", scaleSettings } },
  });
  await makeComponent("link", "python -c pass");
  await makeComponent("nothing", "true");
  await measureChain();
  await measureFanOut();
} finally {
  await server.stop();
}

async function makeComponent(name: string, command: string): Promise<void> {
  const componentSpec = {
    name,
    version: "1",
    type: "command",
    is_deterministic: false,
    command,
    environment: "azureml:bench:1",
    ...(name === "link" && {
      inputs: { before: { type: "uri_folder", optional: true } },
      outputs: { after: { type: "uri_folder" } },
    }),
  };
  await client.do("PUT", `components/${name}/versions/1`, { properties: { componentSpec } });
}

async function measureChain(): Promise<void> {
  const perStep: number[] = [];
  for (let round = 0; round <= CHAIN_ROUNDS; round += 1) {
    const jobs = Object.fromEntries(
      Array.from({ length: CHAIN_STEPS }, (_, index) => [
        `s${index}`,
        node("link", index === 0 ? undefined : `s${index - 1}`),
      ]),
    );
    await submit(`chain-${round}`, jobs);
    await ended(`chain-${round}`);
    // The first round makes the environment and wakes the runners.
    if (round > 0) perStep.push(await stepToStep(`chain-${round}`));
  }
  const loop = `for i in $(seq ${CHAIN_STEPS}); do '${environmentPython(server)}' -c pass; done`;
  const floors = Array.from({ length: CHAIN_ROUNDS }, () => {
    const start = performance.now();
    spawnSync("sh", ["-c", loop]);
    return (performance.now() - start) / CHAIN_STEPS;
  });
  const [step, floor] = [median(perStep), median(floors)];
  console.log(`chain: ${step.toFixed(1)} ms a step; a shell loop of the same interpreter ${floor.toFixed(1)} ms`);
  console.log(`chain: ${(step - floor).toFixed(1)} ms a step over the floor`);
}

/** Milliseconds from one step's end to the next one's, in the middle of the chain. */
async function stepToStep(name: string): Promise<number> {
  const { value } = await client.do("GET", `jobs?parentJobName=${name}&listViewType=All`);
  const ends = (Array.isArray(value) ? value : [])
    .map((job: unknown) => Number(member(member(asRecord(job), "properties"), "lazuli")["endedAt"]))
    .sort((left, right) => left - right);
  return ((ends.at(-1) ?? 0) - (ends[0] ?? 0)) / (CHAIN_STEPS - 1);
}

async function measureFanOut(): Promise<void> {
  const jobs = Object.fromEntries(
    Array.from({ length: FAN_OUT }, (_, index) => [`f${index}`, node("nothing", undefined)]),
  );
  const start = performance.now();
  await submit("fan", jobs);
  const acceptedMs = performance.now() - start;
  const probing = probeSubmits();
  await ended("fan");
  const seconds = (performance.now() - start) / 1000;
  const latencies = await probing.stop();
  const peer = runPeer(FAN_OUT, SLOTS);
  console.log(`fan-out: ${FAN_OUT} steps accepted in ${acceptedMs.toFixed(0)} ms, done in ${seconds.toFixed(1)} s`);
  console.log(
    `fan-out: ${(FAN_OUT / seconds).toFixed(0)} steps/s; ${peer.name} ${(FAN_OUT / peer.seconds).toFixed(0)}/s`,
  );
  console.log(`fan-out: ratio ${(peer.seconds / seconds).toFixed(2)}`);
  const p = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? Number.NaN).toFixed(1);
  console.log(`submit meanwhile: ${latencies.length} jobs, p50 ${p(0.5)} ms, p99 ${p(0.99)} ms`);
}

/** Submits a job that waits for a stopped pool, now and then, and notes how long the answer took; ascending. */
function probeSubmits(): { stop(): Promise<number[]> } {
  const latencies: number[] = [];
  let isOn = true;
  const loop = (async () => {
    for (let index = 0; isOn; index += 1) {
      const start = performance.now();
      await client.do("PUT", `jobs/probe-${index}`, {
        properties: { jobType: "Command", command: "true", environmentId: "azureml:bench:1" },
      });
      latencies.push(performance.now() - start);
      await delay(PROBE_EVERY_MS);
    }
  })();
  return {
    async stop() {
      isOn = false;
      await loop;
      return latencies.toSorted((left, right) => left - right);
    },
  };
}

function node(component: string, before: string | undefined): Record<string, unknown> {
  return {
    type: "command",
    componentId: `${client.workspaceId}/components/${component}/versions/1`,
    computeId: `${client.workspaceId}/computes/bench`,
    ...(before !== undefined && {
      inputs: { before: { job_input_type: "literal", value: `\${{parent.jobs.${before}.outputs.after}}` } },
    }),
  };
}

async function submit(name: string, jobs: Record<string, unknown>): Promise<void> {
  await client.do("PUT", `jobs/${name}`, { properties: { jobType: "Pipeline", jobs, settings: {} } });
}

async function ended(name: string): Promise<void> {
  const done = await client.until(`jobs/${name}`, ({ status }) => ENDED.includes(String(status)));
  if (done["status"] !== "Completed") throw new Error(JSON.stringify(done["lazuli"]));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
