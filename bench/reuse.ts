/**
 * Steps of pipelines that need not run: a chain of reused steps, each reading what the one before made.
 *
 * - first: the chain as it runs for the first time, a `cp` a step;
 * - reused: the same chain again, from the first step's end to the last one's, per step; with code, an environment, an
 *   input folder and an output folder each;
 * - pipeline: the same, with what the pipeline itself costs from its start to its end;
 * - floor: as many durable commits one after another, which is what remains if deciding costs nothing.
 *
 * Run: `node bench/reuse.ts [steps] [files]`. Prints medians; asserts nothing.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { ArmClient, member } from "../test/support/arm-client.ts";
import { startTestServer } from "../test/support/test-server.ts";

const STEPS = Number(process.argv[2] ?? 20);
const FILES = Number(process.argv[3] ?? 10);
const ROUNDS = 10;
const ENDED = ["Completed", "Failed", "Canceled"];

const server = await startTestServer({ variables: { LAZULI_LOG_LEVEL: "warn" } });
try {
  const arm = new ArmClient(server);
  const pipeline = await prepare(arm);
  // The environment is built by then, and the second run is the first that finds a run of before.
  console.log(`chain of ${STEPS} steps over ${FILES} files`);
  console.log(`  first run     ${perStep(await time(arm, pipeline, "run-0"))} a step`);
  const times: number[] = [];
  const gaps: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    times.push(await time(arm, pipeline, `run-${round}`));
    gaps.push(await stepToStep(arm, `run-${round}`));
  }
  const { message } = await arm.do("POST", `jobs/run-${ROUNDS}/explainReuse`);
  console.log(`  reused        ${median(gaps).toFixed(2)} ms a step (${String(message)})`);
  console.log(`  pipeline      ${perStep(median(times))} a step`);
  console.log(`  floor         ${perStep(await commitFloor())} a durable commit`);
} finally {
  await server.stop();
}

async function prepare(arm: ArmClient): Promise<Record<string, unknown>> {
  await arm.do("PUT", "environments/plain/versions/1", { properties: { image: "python:3.11" } });
  const code = await arm.putCode("step", { "step.sh": "cp -r $1/. $2/\n" });
  const files = Object.fromEntries(
    Array.from({ length: FILES }, (_, index) => [`part-${index}.txt`, `${index}\n`] as const),
  );
  await arm.putCode("data", files);
  const { codeUri } = member(await arm.do("GET", "codes/data/versions/1"), "properties");
  const componentSpec = {
    name: "step",
    version: "1",
    type: "command",
    command: "sh step.sh ${{inputs.data}} ${{outputs.out}}",
    inputs: { data: { type: "uri_folder" } },
    outputs: { out: { type: "uri_folder" } },
    code,
    environment: `${arm.workspaceId}/environments/plain/versions/1`,
  };
  await arm.do("PUT", "components/step/versions/1", { properties: { componentSpec } });
  const nodes = Array.from({ length: STEPS }, (_, index) => {
    const value = index === 0 ? "${{parent.inputs.raw}}" : `\${{parent.jobs.step${index - 1}.outputs.out}}`;
    const inputs = { data: { job_input_type: "literal", value } };
    const componentId = `${arm.workspaceId}/components/step/versions/1`;
    return [`step${index}`, { name: `step${index}`, type: "command", componentId, inputs }] as const;
  });
  return {
    jobType: "Pipeline",
    inputs: { raw: { jobInputType: "uri_folder", uri: codeUri } },
    outputs: {},
    settings: { default_compute: "serverless" },
    jobs: Object.fromEntries(nodes),
  };
}

/** Milliseconds from the first step's start to the pipeline's end, by the server's clock. */
async function time(arm: ArmClient, pipeline: Record<string, unknown>, name: string): Promise<number> {
  await arm.do("PUT", `jobs/${name}`, { properties: pipeline });
  const ended = await arm.until(`jobs/${name}`, ({ status }) => ENDED.includes(String(status)));
  if (ended["status"] !== "Completed") throw new Error(JSON.stringify(ended["lazuli"]));
  const { startedAt, endedAt } = member(ended, "lazuli");
  return Number(endedAt) - Number(startedAt);
}

/** Milliseconds from one step's end to that of the next. */
async function stepToStep(arm: ArmClient, name: string): Promise<number> {
  const { steps } = await arm.do("POST", `jobs/${name}/explainReuse`);
  const ends: number[] = [];
  for (const step of Array.isArray(steps) ? steps : []) {
    const job = await arm.do("GET", `jobs/${String(step.job)}`);
    ends.push(Number(member(member(job, "properties"), "lazuli")["endedAt"]));
  }
  return (Math.max(...ends) - Math.min(...ends)) / (ends.length - 1);
}

async function commitFloor(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "lazuli-floor-"));
  const database = new DatabaseSync(join(folder, "floor.db"));
  database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE rows (id INTEGER, text TEXT)");
  const insert = database.prepare("INSERT INTO rows VALUES (?, ?)");
  const start = performance.now();
  for (let index = 0; index < STEPS; index += 1) insert.run(index, "x".repeat(2_000));
  const took = performance.now() - start;
  database.close();
  await rm(folder, { recursive: true });
  return took;
}

function perStep(totalMs: number): string {
  return `${(totalMs / STEPS).toFixed(2)} ms`;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
