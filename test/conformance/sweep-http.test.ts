import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { ArmClient, member } from "../support/arm-client.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const TEST_MS_MAX = 180_000;
const ENDED = ["Completed", "Failed", "Canceled"];

/** Logs `accuracy` as often as it is told, and leaves a file in its output. */
const TRAIN = `import json, os, sys, time, urllib.request
value, count, pause, out = float(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
with open(os.path.join(out, "value.txt"), "w") as file:
    file.write(str(value))
for step in range(count):
    point = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "accuracy", "value": value, "step": step}
    request = urllib.request.Request(
        os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric",
        data=json.dumps({**point, "timestamp": int(time.time() * 1000)}).encode(),
        headers={"content-type": "application/json", "authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]},
    )
    urllib.request.urlopen(request).read()
    time.sleep(pause)
`;

describe("sweep jobs over HTTP", { concurrency: false }, () => {
  let server: TestServer;
  let client: ArmClient;
  let codeId = "";
  before(async () => {
    server = await startTestServer();
    client = new ArmClient(server);
    await client.do("PUT", "environments/plain/versions/1", { properties: { image: "python:3.11" } });
    codeId = await client.putCode("sweep", { "train.py": TRAIN });
  });
  after(() => server.stop());

  function sweep(more: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const { command = "true", ...fields } = more;
    return {
      jobType: "Sweep",
      trial: { command, codeId, environmentId: "azureml:plain:1" },
      searchSpace: { x: ["choice", [[0.1, 0.9, 0.5]]] },
      samplingAlgorithm: { samplingAlgorithmType: "Grid" },
      objective: { goal: "Maximize", primaryMetric: "accuracy" },
      ...fields,
    };
  }

  async function run(name: string, more: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    await client.do("PUT", `jobs/${name}`, { properties: sweep(more) });
    return client.until(`jobs/${name}`, ({ status }) => ENDED.includes(String(status)));
  }

  async function statuses(name: string, count: number): Promise<string[]> {
    const jobs = await Promise.all(
      Array.from({ length: count }, (_, index) => client.do("GET", `jobs/${name}_${index}`)),
    );
    return jobs.map((job) => String(member(job, "properties")["status"]));
  }

  it("names every problem at once, each with its field", { timeout: TEST_MS_MAX }, async () => {
    const body = sweep({
      command: "train ${{search_space.y}} ${{inputs.nothing}}",
      searchSpace: { x: ["uniform", [0, 1]], y1: ["choice", [[1]]] },
      objective: { goal: "Maximize", primaryMetric: "" },
      limits: { maxTotalTrials: 0, timeout: "soon" },
      earlyTermination: { policyType: "MedianStopping", slackFactor: 1 },
      computeId: `${client.workspaceId}/computes/nowhere`,
      inputs: { data: { jobInputType: "uri_file", uri: "azureml:absent:1" } },
    });
    const { status, body: answer } = await client.send("PUT", "jobs/wrong", { properties: body });
    assert.equal(status, 400);
    const details = member(answer, "error")["details"];
    assert.ok(Array.isArray(details));
    const targets = details.map((detail: unknown) => member({ detail }, "detail")["target"]);
    assert.deepEqual(targets.toSorted(), [
      "properties.computeId",
      "properties.earlyTermination.slackFactor",
      "properties.inputs.data",
      "properties.limits.maxTotalTrials",
      "properties.limits.timeout",
      "properties.objective.primaryMetric",
      "properties.searchSpace.x",
      "properties.trial.command",
      "properties.trial.command",
    ]);
  });

  it("ends at its time limit with its trials", { timeout: TEST_MS_MAX }, async () => {
    const done = await run("late", { command: "sleep 600", limits: { timeout: "PT3S", maxConcurrentTrials: 2 } });
    assert.equal(done["status"], "Canceled");
    assert.deepEqual(member(done, "lazuli")["warnings"], ["The sweep reached its time limit of 3 s."]);
    assert.deepEqual(await statuses("late", 2), ["Canceled", "Canceled"]);
  });

  it("goes on when a trial reaches its own time limit", { timeout: TEST_MS_MAX }, async () => {
    const command = "test ${{search_space.x}} = 0.9 || sleep 600";
    const done = await run("slow", { command, limits: { trialTimeout: "PT2S", maxTotalTrials: 2 } });
    assert.equal(done["status"], "Completed");
    assert.deepEqual(await statuses("slow", 2), ["Failed", "Completed"]);
  });

  it("ends a trial without a chance while others run", { timeout: TEST_MS_MAX }, async () => {
    const done = await run("early", {
      command: "python train.py ${{search_space.x}} 100 0.02 ${{outputs.out}}",
      outputs: { out: { jobOutputType: "uri_folder" } },
      earlyTermination: { policyType: "Bandit", slackFactor: 0.5, evaluationInterval: 2 },
      limits: { maxTotalTrials: 2, maxConcurrentTrials: 2 },
    });
    assert.equal(done["status"], "Completed");
    assert.deepEqual(await statuses("early", 2), ["Canceled", "Completed"]);
    const loser = member(await client.do("GET", "jobs/early_0"), "properties");
    const warnings = member(loser, "lazuli")["warnings"];
    assert.match(String(warnings), /Ended early: at interval \d+ its best is 0\.1, beyond the slack of 0\.6/);
    const { endedEarlyCount, bestTrial } = member(member(done, "lazuli"), "sweep");
    assert.deepEqual([endedEarlyCount, bestTrial], [1, { name: "early_1", value: 0.9 }]);
    assert.match(JSON.stringify(member(member(done, "outputs"), "out")), /azureml\/early_1\/out\//);
  });

  it(
    "keeps its trials out of the list of jobs, and takes them along when it is deleted",
    {
      timeout: TEST_MS_MAX,
    },
    async () => {
      await client.do("PUT", "jobs/doomed", { properties: sweep({ command: "sleep 600" }) });
      await client.until(
        "jobs/doomed",
        ({ lazuli }) => Number(member(member({ lazuli }, "lazuli"), "sweep")["madeCount"]) > 1,
      );
      await client.until("jobs/doomed_0", ({ status }) => status === "Running");
      const { value } = await client.do("GET", "jobs");
      assert.ok(Array.isArray(value));
      const names = value.map((job: unknown) => String(member({ job }, "job")["name"]));
      assert.ok(names.includes("doomed") && !names.some((name) => name.startsWith("doomed_")), names.join());
      await client.do("DELETE", "jobs/doomed");
      const isGone = async (name: string) => (await client.send("GET", `jobs/${name}`)).status === 404;
      const deadline = Date.now() + TEST_MS_MAX;
      while (
        Date.now() < deadline &&
        !((await isGone("doomed")) && (await isGone("doomed_0")) && (await isGone("doomed_1")))
      );
      assert.deepEqual(
        [await isGone("doomed"), await isGone("doomed_0"), await isGone("doomed_1")],
        [true, true, true],
      );
    },
  );

  it("hands the best trial's output to the next step of a pipeline", { timeout: TEST_MS_MAX }, async () => {
    const component = async (name: string, spec: Record<string, unknown>) => {
      const componentSpec = { name, version: "1", type: "command", environment: "azureml:plain:1", ...spec };
      return client.do("PUT", `components/${name}/versions/1`, { properties: { componentSpec } });
    };
    const train = await component("train", {
      command: "python train.py ${{inputs.x}} ${{inputs.count}} 0 ${{outputs.out}}",
      code: `azureml:${codeId}`,
      inputs: { x: { type: "number" }, count: { type: "integer" } },
      outputs: { out: { type: "uri_folder" } },
    });
    const check = await component("check", {
      command: "grep -x 0.9 ${{inputs.best}}/value.txt",
      inputs: { best: { type: "uri_folder" } },
    });
    const literal = (value: string) => ({ job_input_type: "literal", value });
    await client.do("PUT", "jobs/tuned", {
      properties: {
        jobType: "Pipeline",
        settings: {},
        jobs: {
          tune: {
            name: "tune",
            type: "sweep",
            trial: { componentId: train["id"] },
            computeId: "serverless",
            inputs: { count: literal("1") },
            search_space: { x: { type: "choice", values: [0.1, 0.9, 0.5] } },
            sampling_algorithm: "grid",
            objective: { goal: "maximize", primary_metric: "accuracy" },
            limits: { max_total_trials: 3, max_concurrent_trials: 2, timeout: 600 },
          },
          check: {
            name: "check",
            type: "command",
            componentId: check["id"],
            computeId: "serverless",
            inputs: { best: literal("${{parent.jobs.tune.outputs.out}}") },
          },
        },
      },
    });
    const done = await client.until("jobs/tuned", ({ status }) => ENDED.includes(String(status)));
    assert.equal(done["status"], "Completed", JSON.stringify(done));
  });
});
