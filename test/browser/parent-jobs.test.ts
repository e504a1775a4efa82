import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { Browser } from "playwright-core";

import { ArmClient } from "../support/arm-client.ts";
import { ensureStudioBuilt } from "../support/built-studio.ts";
import { openChromium } from "../support/chromium.ts";
import { openStudio, type StudioSession } from "../support/studio-session.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/** Where a person looks at the pages; LAZULI_SCREENSHOTS keeps them. */
const PICTURES = process.env["LAZULI_SCREENSHOTS"] ?? join(tmpdir(), "lazuli-screenshots");
const ENDED = ["Completed", "Failed", "Canceled"];
/** Logs a metric with nothing but Python's own library. */
const REPORT = `import json, os, sys, urllib.request
rate, kernel = float(sys.argv[1]), sys.argv[2]
value = 1 - (rate - 0.6) ** 2 - (0.1 if kernel == "linear" else 0)
body = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "accuracy", "value": value, "timestamp": 1, "step": 0}
request = urllib.request.Request(os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric", json.dumps(body).encode(),
    {"authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "content-type": "application/json"})
urllib.request.urlopen(request).read()
`;

describe("Studio's pages of pipelines and sweeps", { timeout: 600_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let studio: StudioSession;

  before(async () => {
    ensureStudioBuilt();
    await mkdir(PICTURES, { recursive: true });
    [server, browser] = await Promise.all([startTestServer(), openChromium()]);
    const client = new ArmClient(server);
    await client.do("PUT", "environments/plain/versions/1", { properties: { image: "python:3.11" } });
    await Promise.all([submitPipeline(client), submitSweep(client)]);
    studio = await openStudio(browser, server);
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  it("draws the steps, and shows the one that is chosen with its log", async () => {
    const { page } = studio;
    await studio.open("jobs/taxi");
    await page.locator('[data-step="train"]').waitFor();
    assert.equal(await page.locator("[data-step]").count(), 4);
    await page.locator('[data-step="train"]').click();
    await page.getByText("learns from clean data").waitFor();
    await page.screenshot({ path: join(PICTURES, "pipeline-steps.png") });
    assert.deepEqual(studio.takeErrors(), []);
  });

  it("lists the trials, the best one first, and draws their parameters", async () => {
    const { page } = studio;
    await studio.open("jobs/tuning");
    const rows = page.getByRole("table").getByRole("row");
    await rows.nth(1).waitFor();
    await page.getByText("Best").waitFor();
    await page.locator('[data-chart="Parameters and metric"] canvas').waitFor();
    assert.match((await rows.nth(1).textContent()) ?? "", /0\.6.*rbf|rbf.*0\.6/);
    await page.screenshot({ path: join(PICTURES, "sweep-trials.png") });
    assert.deepEqual(studio.takeErrors(), []);
  });

  it("speaks Japanese and goes dark", async () => {
    const japanese = await openStudio(browser, server, { locale: "ja", scheme: "dark" });
    await japanese.open("jobs/taxi");
    await japanese.page.locator('[data-step="train"]').click();
    await japanese.page.getByText("learns from clean data").waitFor();
    await japanese.page.screenshot({ path: join(PICTURES, "pipeline-steps-ja.png") });
    await japanese.open("jobs/tuning");
    await japanese.page.getByText("最良").waitFor();
    await japanese.page.screenshot({ path: join(PICTURES, "sweep-trials-ja.png") });
    assert.deepEqual(japanese.takeErrors(), []);
    await japanese.close();
  });
});

async function submitPipeline(client: ArmClient): Promise<void> {
  const make = async (name: string, command: string, inputs: Record<string, unknown>): Promise<string> => {
    const componentSpec = {
      name,
      version: "1",
      type: "command",
      command,
      environment: "azureml:plain:1",
      inputs,
      outputs: { data: { type: "uri_folder" } },
    };
    return String((await client.do("PUT", `components/${name}/versions/1`, { properties: { componentSpec } }))["id"]);
  };
  const folder = { data: { type: "uri_folder" } };
  const prepare = await make("prepare", "echo rows > ${{outputs.data}}/rows.csv", {});
  const train = await make(
    "train",
    "echo learns from clean data && cp -r ${{inputs.data}}/. ${{outputs.data}}",
    folder,
  );
  const node = (name: string, componentId: string, from?: string) => ({
    name,
    type: "command",
    componentId,
    computeId: "serverless",
    ...(from !== undefined && {
      inputs: { data: { job_input_type: "literal", value: `\${{parent.jobs.${from}.outputs.data}}` } },
    }),
  });
  const jobs = {
    prepare: node("prepare", prepare),
    train: node("train", train, "prepare"),
    score: node("score", train, "train"),
    explain: node("explain", train, "train"),
  };
  await client.do("PUT", "jobs/taxi", { properties: { jobType: "Pipeline", displayName: "taxi fares", jobs } });
  await client.until("jobs/taxi", ({ status }) => ENDED.includes(String(status)));
}

async function submitSweep(client: ArmClient): Promise<void> {
  const codeId = await client.putCode("tuning", { "report.py": REPORT });
  await client.do("PUT", "jobs/tuning", {
    properties: {
      jobType: "Sweep",
      displayName: "tune the model",
      trial: {
        command: "python report.py ${{search_space.rate}} ${{search_space.kernel}}",
        codeId,
        environmentId: "azureml:plain:1",
      },
      searchSpace: { rate: ["choice", [[0.2, 0.6, 0.9]]], kernel: ["choice", [["rbf", "linear"]]] },
      samplingAlgorithm: { samplingAlgorithmType: "Grid" },
      objective: { goal: "Maximize", primaryMetric: "accuracy" },
      limits: { jobLimitsType: "Sweep", maxTotalTrials: 6, maxConcurrentTrials: 2 },
    },
  });
  await client.until("jobs/tuning", ({ status }) => ENDED.includes(String(status)));
}
