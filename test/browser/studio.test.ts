import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { Browser } from "playwright-core";

import { ensureStudioBuilt } from "../support/built-studio.ts";
import { openChromium } from "../support/chromium.ts";
import { createLink, openStudio, runCli, type StudioSession } from "../support/studio-session.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const ENVIRONMENT = "azureml://registries/azureml/environments/minimal-py312-inference/labels/latest";
const JOB = "counting_job";

/** Titles in both languages: that of the page, and so also that a translation is there. */
const PAGES = [
  { path: "home", en: "Welcome", ja: "ようこそ" },
  { path: "jobs", en: "Jobs", ja: "ジョブ" },
  { path: `jobs/${JOB}`, en: "count to a thousand", ja: "count to a thousand" },
  { path: `jobs/${JOB}?tab=metrics`, en: "count to a thousand", ja: "count to a thousand" },
  { path: `jobs/${JOB}?tab=logs`, en: "count to a thousand", ja: "count to a thousand" },
  { path: `jobs/${JOB}?tab=files`, en: "count to a thousand", ja: "count to a thousand" },
  { path: `jobs/${JOB}?tab=definition`, en: "count to a thousand", ja: "count to a thousand" },
  { path: "models", en: "Models", ja: "モデル" },
  { path: "endpoints", en: "Endpoints", ja: "エンドポイント" },
  { path: "endpoints/iris", en: "iris", ja: "iris" },
  { path: "endpoints/iris?tab=test", en: "iris", ja: "iris" },
  { path: "endpoints/iris?tab=consume", en: "iris", ja: "iris" },
  { path: "endpoints/iris?tab=logs", en: "iris", ja: "iris" },
  { path: "compute", en: "Compute", ja: "コンピューティング" },
  { path: "compute/cpu-cluster", en: "cpu-cluster", ja: "cpu-cluster" },
  { path: "data", en: "Data", ja: "データ" },
  { path: "environments", en: "Environments", ja: "環境" },
  { path: "environments/sklearn-1.5", en: "sklearn-1.5", ja: "sklearn-1.5" },
] as const;

/** What a page says when its data could not be had. */
const FAILED = /This could not be shown|表示できませんでした/;
/** A key that no text was found for is shown as it is. */
const UNTRANSLATED = /\b(common|job|jobs|home|nav|asset|endpoints|models|compute|data|environments)\.(?!yml)[a-z]+\b/;

describe("Studio", { timeout: 600_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let folder: string;
  let studio: StudioSession;

  before(async () => {
    ensureStudioBuilt();
    folder = await mkdtemp(join(tmpdir(), "lazuli-studio-"));
    [server, browser] = await Promise.all([startTestServer(), openChromium()]);
    await submitCountingJob(server, folder);
    await deployIris(server, folder);
    studio = await openStudio(browser, server);
  });

  after(async () => {
    await browser.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("signs in by a link that works once", async () => {
    const link = await createLink(server);
    const context = await browser.newContext({ locale: "en" });
    const page = await context.newPage();
    await page.goto(server.file.loopbackUrl);
    await page.getByRole("heading", { name: "Sign in to Lazuli" }).waitFor();
    await page.goto(link);
    await page.getByRole("heading", { name: /^Welcome/ }).waitFor();
    assert.equal((await page.goto(link))?.status(), 401);
    await context.close();
  });

  it("shows each page in both languages and both themes, without an error", async () => {
    for (const scheme of ["light", "dark"] as const) {
      for (const locale of ["en", "ja"] as const) {
        const session = await openStudio(browser, server, { scheme, locale });
        for (const { path, ...titles } of PAGES) {
          await session.open(path);
          await session.page.locator("h1", { hasText: titles[locale] }).waitFor();
          await session.page.locator("[aria-busy], .fui-Skeleton").first().waitFor({ state: "detached" });
          const text = await session.page.locator("body").innerText();
          assert.doesNotMatch(text, FAILED, `${path} in ${locale}`);
          assert.doesNotMatch(text, UNTRANSLATED, `${path} in ${locale}`);
          assert.deepEqual(session.takeErrors(), [], `${path} in ${locale}, ${scheme}`);
        }
        assert.equal(await session.page.locator("html").getAttribute("lang"), locale);
        await session.close();
      }
    }
  });

  it("tells what a page is missing", async () => {
    await studio.open("jobs/no_such_job");
    await studio.page.getByText("Job 'no_such_job' does not exist.").waitFor();
    await studio.open("models");
    await studio.page.getByText("No model yet").waitFor();
    studio.takeErrors();
  });

  it("follows a log while it grows", async () => {
    await studio.open(`jobs/${JOB}?tab=logs`);
    const log = studio.page.getByRole("log");
    await log
      .getByText(/^number \d+$/)
      .first()
      .waitFor();
    const lastNumber = async () => Number(/number (\d+)\s*$/.exec(await log.innerText())?.[1] ?? 0);
    const first = await lastNumber();
    while ((await lastNumber()) < first + 3) await studio.page.waitForTimeout(50);
  });

  it("finds text in a log", async () => {
    await studio.open(`jobs/${JOB}?tab=logs`);
    await studio.page.getByPlaceholder("Find in the log").fill("number 3");
    await studio.page.getByText(/^1 \/ \d+$/).waitFor();
    await studio.page.keyboard.press("Enter");
    await studio.page.locator("mark", { hasText: "number 3" }).first().waitFor();
  });

  it("draws a metric while it is logged", async () => {
    await logMetric(server, [0.9, 0.5]);
    await studio.open(`jobs/${JOB}?tab=metrics`);
    const chart = studio.page.locator('[data-chart="loss"]');
    await chart.locator("canvas").waitFor();
    await logMetric(server, [0.25, 0.125]);
    await studio.page.getByText("0.125", { exact: true }).waitFor();
  });

  it("scores from the test form and shows keys only when asked", async () => {
    await studio.open("endpoints/iris");
    assert.equal(await studio.page.getByText("Primary", { exact: true }).count(), 0);
    await studio.page.getByRole("button", { name: "Show keys" }).click();
    await studio.page.getByText("Primary", { exact: true }).waitFor();
    await studio.page.getByRole("tab", { name: "Test" }).click();
    await studio.page.getByRole("button", { name: "Test" }).click();
    const reply = studio.page.getByTestId("reply");
    await reply.getByText("Status 200").waitFor();
    assert.match(await reply.innerText(), /"setosa",\s+"versicolor"/);
    assert.match(await reply.innerText(), /answered by blue/);
  });

  it("keeps filters in the address", async () => {
    await studio.open("jobs");
    await studio.page.getByPlaceholder("Search names, experiments and tags").fill("thousand");
    await studio.page.waitForURL(/q=thousand/);
    await studio.page.reload();
    await studio.page.getByRole("link", { name: "count to a thousand" }).waitFor();
    await studio.page.getByPlaceholder("Search names, experiments and tags").fill("nothing like it");
    await studio.page.getByText("No job matches these filters").waitFor();
  });

  it("goes anywhere from the keyboard", async () => {
    await studio.open("home");
    await studio.page.getByRole("heading", { name: /^Welcome/ }).waitFor();
    await studio.page.keyboard.press("Control+k");
    await studio.page.getByRole("combobox").fill("iris");
    await studio.page.getByRole("option", { name: /iris/ }).first().waitFor();
    await studio.page.keyboard.press("Enter");
    await studio.page.waitForURL(/endpoints\/iris/);
  });

  it("switches language and appearance and remembers them", async () => {
    const session = await openStudio(browser, server);
    await session.open("jobs");
    for (const choice of ["日本語", "ダーク"]) {
      await session.page.getByRole("button", { name: /Settings|設定/ }).click();
      await session.page.getByRole("menuitemradio", { name: choice }).click();
    }
    await session.page.reload();
    await session.page.getByRole("heading", { name: "ジョブ" }).waitFor();
    assert.match((await session.page.locator("html").getAttribute("style")) ?? "", /color-scheme: dark/);
    await session.close();
  });

  it("opens the address of a job that Azure's clients print", async () => {
    const { services } = JSON.parse(await runCli(server, ["job", "show", "--name", JOB, "-o", "json"]));
    await studio.page.goto(String(services.Studio.endpoint).replace(server.file.url, server.file.loopbackUrl));
    await studio.page.waitForURL(new RegExp(`/workspaces/main/jobs/${JOB}`));
    await studio.page.getByRole("heading", { name: "count to a thousand" }).waitFor();
  });

  it("cancels a job", async () => {
    await studio.open(`jobs/${JOB}`);
    await studio.page.getByRole("button", { name: "Cancel" }).click();
    await studio.page.getByRole("button", { name: "Cancel job" }).click();
    await studio.page.locator("header").getByText("Canceled").waitFor();
    await studio.page.getByRole("button", { name: "Cancel", exact: true }).waitFor({ state: "detached" });
  });

  it("refuses other pages and strangers", async () => {
    const url = `${server.file.loopbackUrl}/studio/api/session`;
    assert.equal((await fetch(url)).status, 403);
    assert.equal((await fetch(url, { headers: { "x-lazuli-studio": "1" } })).status, 401);
    const [cookie] = await studio.context.cookies();
    const headers = { cookie: `${cookie?.name}=${cookie?.value}`, "x-lazuli-studio": "1" };
    assert.equal((await fetch(url, { headers })).status, 200);
    assert.equal((await fetch(url, { headers: { ...headers, "sec-fetch-site": "same-site" } })).status, 401);
    assert.equal((await fetch(url, { headers: { ...headers, origin: "http://127.0.0.1:1" } })).status, 401);
    const page = await fetch(server.file.loopbackUrl);
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'; script-src 'self'/);
  });

  it("signs out", async () => {
    const session = await openStudio(browser, server);
    await session.page.getByRole("button", { name: "Settings" }).click();
    await session.page.getByRole("menuitem", { name: "Sign out" }).click();
    await session.page.getByRole("heading", { name: "Sign in to Lazuli" }).waitFor();
    assert.deepEqual(await session.context.cookies(), []);
    await session.close();
  });
});

async function submitCountingJob(server: TestServer, folder: string): Promise<void> {
  const file = join(folder, "job.yml");
  const lines = [
    "display_name: count to a thousand",
    "experiment_name: counting",
    'command: for i in $(seq 1 1000); do echo "number $i"; sleep 0.3; done',
    `environment: ${ENVIRONMENT}`,
    "compute: azureml:cpu-cluster",
  ];
  await writeFile(file, lines.join("\n"));
  await runCli(server, ["job", "create", "-f", file, "--name", JOB, "-o", "none"]);
}

async function deployIris(server: TestServer, folder: string): Promise<void> {
  await mkdir(join(folder, "src"));
  const script = [
    "import json",
    "def init():",
    "    pass",
    "def run(raw):",
    '    return ["versicolor" if row[2] > 2.5 else "setosa" for row in json.loads(raw)["input_data"]]',
  ];
  await writeFile(join(folder, "src", "score.py"), script.join("\n"));
  const lines = [
    "name: blue",
    "endpoint_name: iris",
    "code_configuration: {code: ./src, scoring_script: score.py}",
    `environment: ${ENVIRONMENT}`,
    "instance_type: Standard_DS3_v2",
    "instance_count: 1",
  ];
  await writeFile(join(folder, "deployment.yml"), lines.join("\n"));
  await runCli(server, ["online-endpoint", "create", "--name", "iris", "-o", "none"]);
  const deployment = ["-f", join(folder, "deployment.yml"), "--all-traffic", "-o", "none"];
  await runCli(server, ["online-deployment", "create", ...deployment]);
}

async function logMetric(server: TestServer, values: readonly number[]): Promise<void> {
  const { subscription, resourceGroup, workspace } = server.file.defaults;
  const id = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}`;
  const metrics = values.map((value, index) => ({
    key: "loss",
    value,
    timestamp: Date.now(),
    step: Math.round(1 / value) + index,
  }));
  const answer = await fetch(`${server.file.loopbackUrl}/mlflow/v2.0${id}/api/2.0/mlflow/runs/log-batch`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await server.tokenFor("https://management.azure.com")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ run_id: JOB, metrics }),
  });
  assert.equal(answer.status, 200, await answer.text());
}
