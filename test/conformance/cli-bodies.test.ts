import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { before, describe, it } from "node:test";

import { describeError, PlatformError } from "@lazuli/contract/errors.ts";

import { pythonEnvironment, SDK_REQUIREMENTS } from "../support/python.ts";
import { bodyOf } from "./recorded-bodies.ts";
import { findDifferences } from "./compare-bodies.ts";

/** Azure's own examples, when they lie beside the project: `git clone https://github.com/Azure/azureml-examples`. */
const EXAMPLES = process.env["AZUREML_EXAMPLES"] ?? new URL("../../../azureml-examples", import.meta.url).pathname;
const skip = existsSync(join(EXAMPLES, "cli")) ? false : `there are no examples at '${EXAMPLES}'`;

const SDK_BODIES = new URL("python/sdk_bodies.py", import.meta.url).pathname;
/** Files of our own, which need nothing beside the project. */
const BODIES = new URL("bodies", import.meta.url).pathname;
const SDK_MS_MAX = 10 * 60_000;
const FOLDERS = "cli/{jobs,assets/component,schedules,endpoints/batch,responsible-ai,foundation-models,monitoring}";

type Noun = "job" | "component" | "schedule";
type Verdict = { readonly body: unknown } | { readonly error: string };

/** What our client refuses and azure-ai-ml takes, each for a reason. */
const REFUSED_HERE: Readonly<Record<string, string>> = {
  "cli/jobs/pipelines-with-components/pipeline_job_with_flow_as_component/pipeline.yml": "prompt flows are Azure's own",
};

/** Data that these name is made by a script of theirs before the job is submitted. */
const MADE_BY_SCRIPT = /diffusers-dreambooth-dog-text-to-image/;

describe("bodies of files that use every key", { timeout: SDK_MS_MAX }, () => {
  it("are what azure-ai-ml sends", async () => {
    const own: [string, Noun][] = [
      ["command.yml", "job"],
      ["pipeline.yml", "job"],
      ["sweep.yml", "job"],
      ["parallel-and-spark.yml", "job"],
      ["component.yml", "component"],
      ["schedule.yml", "schedule"],
    ];
    const sdk = await askSdk(own, BODIES);
    const different: string[] = [];
    for (const [path, noun] of own) {
      const theirs = sdk[path];
      assert.ok(theirs !== undefined && "body" in theirs, JSON.stringify(theirs));
      for (const one of findDifferences(await bodyOf(join(BODIES, path), noun), theirs.body))
        different.push(`${path}: ${one}`);
    }
    assert.deepEqual(different, []);
  });
});

describe("bodies of Azure's examples", { skip, timeout: SDK_MS_MAX }, () => {
  const files: [path: string, noun: Noun][] = [];
  let sdk: Record<string, Verdict>;
  const ours = new Map<string, Verdict>();

  before(async () => {
    for (const path of globSync(`${FOLDERS}/**/*.{yml,yaml}`, { cwd: EXAMPLES }).toSorted()) {
      const noun = nounOf(await readFile(join(EXAMPLES, path), "utf8"));
      if (noun !== undefined) files.push([path, noun]);
    }
    sdk = await askSdk(files);
    for (const [path, noun] of files) ours.set(path, await ask(path, noun));
  });

  it("are taken by our client wherever azure-ai-ml takes them", (test) => {
    const refused: string[] = [];
    const counts = new Map<string, number>();
    for (const [path, noun] of files) {
      const [mine, theirs] = [ours.get(path), sdk[path]];
      const row = `${noun}: ${verdictOf(mine)} here, ${verdictOf(theirs)} by azure-ai-ml`;
      counts.set(row, (counts.get(row) ?? 0) + 1);
      const isKnown = path in REFUSED_HERE || MADE_BY_SCRIPT.test(path);
      if (verdictOf(mine) === "refused" && verdictOf(theirs) === "taken" && !isKnown) refused.push(explain(path, mine));
    }
    for (const [row, count] of counts) test.diagnostic(`${String(count).padStart(4)}  ${row}`);
    for (const [path, reason] of Object.entries(REFUSED_HERE)) test.diagnostic(`refused here: ${path}: ${reason}`);
    assert.deepEqual(refused, []);
    assert.ok(files.length > 200, `only ${files.length} files were read`);
  });

  it("are what azure-ai-ml sends", (test) => {
    const different: string[] = [];
    let sameCount = 0;
    for (const [path] of files) {
      const [mine, theirs] = [ours.get(path), sdk[path]];
      if (mine === undefined || theirs === undefined || "error" in mine || "error" in theirs) continue;
      const differences = findDifferences(mine.body, theirs.body);
      if (differences.length === 0) sameCount += 1;
      for (const difference of differences) different.push(`${path}: ${difference}`);
    }
    test.diagnostic(`${sameCount} bodies are the same`);
    assert.deepEqual(different, []);
  });
});

function nounOf(yaml: string): Noun | undefined {
  const schema = /\$schema: *\S*\/(\w+)\.schema\.json/.exec(yaml)?.[1] ?? "";
  // What AutoML's own keys become is not compared: its jobs are kept as data.
  if (schema === "autoMLJob") return undefined;
  if (schema.endsWith("Component")) return "component";
  if (schema.endsWith("Job")) return "job";
  if (schema === "schedule") return "schedule";
  return undefined;
}

async function ask(path: string, noun: Noun): Promise<Verdict> {
  try {
    return { body: await bodyOf(join(EXAMPLES, path), noun) };
  } catch (error) {
    assert.ok(error instanceof PlatformError, `${path}: ${describeError(error)}`);
    return { error: error.message };
  }
}

async function askSdk(
  files: readonly (readonly [string, Noun])[],
  folder = EXAMPLES,
): Promise<Record<string, Verdict>> {
  const python = await pythonEnvironment("3.11", SDK_REQUIREMENTS);
  const child = spawn(python, [SDK_BODIES, folder], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(files));
  // The script is ours, and its output has this shape.
  return JSON.parse(await text(child.stdout)) as Record<string, Verdict>;
}

function verdictOf(verdict: Verdict | undefined): "taken" | "refused" {
  return verdict !== undefined && "body" in verdict ? "taken" : "refused";
}

function explain(path: string, verdict: Verdict | undefined): string {
  return `${path}: ${verdict !== undefined && "error" in verdict ? verdict.error : ""}`;
}
