import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import type { EnvironmentPlan } from "./environment-plan.ts";
import type { Interpreter } from "./interpreters.ts";

const run = promisify(execFile);
const START_SAMPLES = 3;

/**
 * Writes `environment.json`, whose presence says that the environment is whole; answers how long its interpreter takes
 * to start, in milliseconds: what every task in it costs at least.
 */
export async function describeEnvironment(
  folder: string,
  plan: EnvironmentPlan,
  interpreter: Interpreter,
): Promise<number> {
  const interpreterStartMs = await measureStart(join(folder, "bin", "python"));
  const { name, requirements } = plan;
  const facts = { name, python: interpreter, requirements, interpreterStartMs, builtAt: Date.now() };
  writeFileSync(join(folder, "environment.json"), JSON.stringify(facts, undefined, 2));
  return interpreterStartMs;
}

/** Best of a few. */
async function measureStart(python: string): Promise<number> {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < START_SAMPLES; sample++) {
    const startedAt = performance.now();
    await run(python, ["-c", "pass"]);
    bestMs = Math.min(bestMs, performance.now() - startedAt);
  }
  return bestMs;
}
