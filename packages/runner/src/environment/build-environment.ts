import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { uvVariables } from "@lazuli/sdk/node/uv-variables.ts";

import { TaskFailure } from "../task-failure.ts";
import { tailLines } from "../launch/describe-failure.ts";
import { describeEnvironment } from "./describe-environment.ts";
import type { EnvironmentPlan } from "./environment-plan.ts";
import type { Interpreter } from "./interpreters.ts";
import { runProgram } from "./run-program.ts";
import { ensureUv, type UvContext } from "./uv.ts";
import { makeVirtualEnvironment } from "./virtual-environment.ts";

/** A resolver explains itself at length; this much of it is shown with the job. */
const EXPLANATION_CHARACTERS_MAX = 3_000;

export interface BuildInput {
  readonly plan: EnvironmentPlan;
  readonly interpreter: Interpreter;
  /** All of the machine's, for fetching uv. */
  readonly interpreters: readonly Interpreter[];
}

/** Builds an environment in an empty folder that may be renamed afterwards. Throws `TaskFailure` with uv's own words. */
export async function buildEnvironment(folder: string, input: BuildInput, context: UvContext): Promise<void> {
  const { plan, interpreter } = input;
  const startedAt = Date.now();
  const say = (text: string): void => appendFileSync(context.logPath, `${text}\n`);
  say(`Building environment '${plan.name}' with Python ${interpreter.version}.`);
  for (const [asked, used] of Object.entries(plan.substitutions)) say(`Note: ${asked}: ${used}`);
  const uv = await ensureUv(input.interpreters, context);
  context.note(`builds environment '${plan.name}' (${plan.requirements.length} requirements)`);
  mkdirSync(folder, { recursive: true });
  makeVirtualEnvironment(folder, interpreter);
  const requirements = join(folder, "requirements.txt");
  writeFileSync(requirements, plan.requirements.map((line) => `${line}\n`).join(""));
  const venv = { uv, folder, context };
  await install(venv, requirements, input);
  await installPip(venv);
  const interpreterStartMs = await describeEnvironment(folder, plan, interpreter);
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
  say(`Built in ${seconds} s; its interpreter starts in ${interpreterStartMs.toFixed(0)} ms.`);
}

/** An environment in the making. */
interface Venv {
  readonly uv: string;
  readonly folder: string;
  readonly context: UvContext;
}

async function install(venv: Venv, requirements: string, input: BuildInput): Promise<void> {
  const { logPath } = venv.context;
  const sizeBefore = readFileSync(logPath).length;
  const code = await runUv(venv, ["-r", requirements]);
  if (code === 0) return;
  const output = readFileSync(logPath).subarray(sizeBefore).toString("utf8");
  const explanation = output.trim().slice(-EXPLANATION_CHARACTERS_MAX);
  const { name } = input.plan;
  throw new TaskFailure({
    category: "environment",
    code: "EnvironmentBuildFailed",
    message: `Environment '${name}' could not be built for Python ${input.interpreter.version}: ${explanation}`,
    hint: "Change the environment's packages so that they agree with each other and with the Python version.",
    logTail: tailLines(output),
  });
}

/** Jobs expect pip to be there; an index without it is no reason to fail. */
async function installPip(venv: Venv): Promise<void> {
  const code = await runUv(venv, ["--quiet", "pip"]);
  if (code !== 0) appendFileSync(venv.context.logPath, "Note: pip is not available in this environment.\n");
}

function runUv({ uv, folder, context }: Venv, what: readonly string[]): Promise<number> {
  const python = join(folder, "bin", "python");
  const args = ["pip", "install", "--python", python, "--no-config", ...what];
  const { logPath, signal, variables } = context;
  return runProgram({ program: uv, args, variables: uvVariables(variables), logPath }, signal);
}
