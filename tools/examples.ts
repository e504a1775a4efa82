// `npm run examples [-- PART...]`: runs public Azure ML examples through Azure's SDK against a fresh server and writes
// docs/coverage/examples.md. The examples lie beside the project, or where AZUREML_EXAMPLES says.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { createInterface } from "node:readline";

import { z } from "zod";

import { pythonEnvironment } from "../test/support/python.ts";
import { startTestServer } from "../test/support/test-server.ts";
import { mergeResults, renderExamplesCoverage, type ExampleResult } from "./coverage/examples-coverage.ts";

const ROOT = join(import.meta.dirname, "..");
const EXAMPLES = process.env["AZUREML_EXAMPLES"] ?? join(ROOT, "../azureml-examples");
const CASES = join(ROOT, "test/conformance/examples/cases.json");
const SCRIPT = join(ROOT, "test/conformance/python/azureml_examples/run_cases.py");
const REQUIREMENTS = ["azure-ai-ml", "mlflow>=3", "azureml-mlflow", "mldesigner"];
const ERROR_TAIL_LENGTH = 4_000;
const FILES_WITH_URLS = "**/*.{yml,yaml,py,ipynb}";

const casesSchema = z.object({
  source: z.string(),
  cases: z.array(z.looseObject({ path: z.string(), replace: z.record(z.string(), z.string()).optional() })),
});
const resultSchema = z.object({
  path: z.string(),
  kind: z.string(),
  outcome: z.enum(["passed", "failed", "refused"]),
  seconds: z.number(),
  detail: z.string(),
});

/** A copy in which remote data is answered by local copies of the same content. */
function copyExamples(cases: z.infer<typeof casesSchema>["cases"]): string {
  const folder = mkdtempSync(join(tmpdir(), "lazuli-examples-"));
  cpSync(join(EXAMPLES, "cli"), join(folder, "cli"), { recursive: true });
  for (const part of ["sdk/python"]) {
    if (existsSync(join(EXAMPLES, part))) cpSync(join(EXAMPLES, part), join(folder, part), { recursive: true });
  }
  for (const { path, replace } of cases) {
    if (replace === undefined) continue;
    const home = dirname(join(folder, path));
    for (const file of globSync(FILES_WITH_URLS, { cwd: home })) {
      const target = join(home, file);
      const text = readFileSync(target, "utf8");
      const local = (use: string): string => relative(dirname(target), join(folder, use));
      const changed = Object.entries(replace).reduce((draft, [url, use]) => draft.replaceAll(url, local(use)), text);
      if (changed !== text) writeFileSync(target, changed);
    }
  }
  return folder;
}

async function runCases(folder: string, parts: readonly string[]): Promise<ExampleResult[]> {
  const python = await pythonEnvironment("3.11", REQUIREMENTS);
  const server = await startTestServer();
  const results: ExampleResult[] = [];
  try {
    const child = spawn(python, [SCRIPT, CASES, folder, ...parts], {
      env: { ...process.env, ...(await server.variables()), PYTHONWARNINGS: "ignore" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Upload bars, mostly; shown when the script itself fails.
    let errorTail = "";
    child.stderr.on(
      "data",
      (bytes: Buffer) => (errorTail = `${errorTail}${bytes.toString()}`.slice(-ERROR_TAIL_LENGTH)),
    );
    const ended = once(child, "exit");
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('{"path"')) continue;
      const result = resultSchema.parse(JSON.parse(line));
      results.push(result);
      console.log(`${result.outcome.padEnd(8)} ${String(result.seconds).padStart(7)} s  ${result.path}`);
      if (result.outcome !== "passed") console.log(`         ${result.detail.replaceAll("\n", "\n         ")}`);
    }
    const [exitCode] = await ended;
    if (exitCode !== 0) throw new Error(`The cases could not be run:\n${errorTail}`);
  } finally {
    await server.stop();
  }
  return results;
}

if (!existsSync(join(EXAMPLES, "cli"))) {
  console.error(
    `There are no examples at '${EXAMPLES}'. Clone https://github.com/Azure/azureml-examples there, or say where they are with AZUREML_EXAMPLES.`,
  );
  process.exit(1);
}
const parts = process.argv.slice(2);
const { cases, source } = casesSchema.parse(JSON.parse(readFileSync(CASES, "utf8")));
const folder = copyExamples(cases);
const results = await runCases(folder, parts).finally(() => rmSync(folder, { recursive: true, force: true }));
const failedCount = results.filter(({ outcome }) => outcome === "failed").length;
console.log(`${results.length - failedCount} passed or refused by name, ${failedCount} failed`);
const page = join(ROOT, "docs/coverage/examples.md");
const before = parts.length > 0 && existsSync(page) ? readFileSync(page, "utf8") : "";
writeFileSync(page, renderExamplesCoverage(mergeResults(before, results), source));
console.log("Wrote docs/coverage/examples.md.");
process.exitCode = failedCount === 0 ? 0 : 1;
