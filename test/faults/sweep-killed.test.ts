import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { ArmClient, member } from "../support/arm-client.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/** More for a long run: LAZULI_FAULT_KILLS=200. */
const KILLS = Number(process.env["LAZULI_FAULT_KILLS"] ?? "10");
const LIFE_MS_MAX = 1_500;
const TRIALS = 40;
const SWEEP_MS_MAX = 900_000;
const TEST_MS_MAX = 1_800_000;
const POLL_MS = 200;
const ENDED = ["Completed", "Failed", "Canceled"];

/** Leaves a mark for its start, logs a value as often as it takes to be heard, and another mark for its end. */
const TRAIN = `import json, os, sys, time, urllib.request
x, marks = float(sys.argv[1]), sys.argv[2]
run = os.environ["MLFLOW_RUN_ID"]
with open(marks, "a") as file:
    file.write(f"start {run} {x}\\n")
point = {"run_id": run, "key": "loss", "value": (x - 0.3) ** 2, "timestamp": int(time.time() * 1000), "step": 0}
headers = {"content-type": "application/json", "authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]}
url = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric"
for attempt in range(600):
    try:
        urllib.request.urlopen(urllib.request.Request(url, data=json.dumps(point).encode(), headers=headers)).read()
        break
    except OSError:
        time.sleep(0.1)
with open(marks, "a") as file:
    file.write(f"end {run} {x}\\n")
`;

describe("a server killed while a sweep runs", () => {
  let server: TestServer;
  let client: ArmClient;
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-sweep-killed-"));
    server = await startTestServer();
    client = new ArmClient(server);
    await client.do("PUT", "environments/plain/versions/1", { properties: { image: "python:3.11" } });
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  /** A machine under load takes its time. */
  async function ended(name: string): Promise<Record<string, unknown>> {
    const deadline = Date.now() + SWEEP_MS_MAX;
    for (;;) {
      const properties = member(await client.do("GET", `jobs/${name}`), "properties");
      if (ENDED.includes(String(properties["status"])) || Date.now() > deadline) return properties;
      await delay(POLL_MS);
    }
  }

  it("loses no trial, runs none twice and finds the best of all", { timeout: TEST_MS_MAX }, async () => {
    const marks = join(folder, "marks");
    const codeId = await client.putCode("sweep", { "train.py": TRAIN });
    await client.do("PUT", "jobs/forty", {
      properties: {
        jobType: "Sweep",
        trial: { command: `python train.py \${{search_space.x}} ${marks}`, codeId, environmentId: "azureml:plain:1" },
        searchSpace: { x: ["uniform", [0, 1]] },
        samplingAlgorithm: { samplingAlgorithmType: "Bayesian", seed: 4 },
        objective: { goal: "Minimize", primaryMetric: "loss" },
        earlyTermination: { policyType: "MedianStopping", delayEvaluation: 5 },
        limits: { jobLimitsType: "Sweep", maxTotalTrials: TRIALS, maxConcurrentTrials: 4 },
      },
    });
    for (let kill = 0; kill < KILLS; kill += 1) {
      await delay(Math.random() * LIFE_MS_MAX);
      await server.kill();
      await server.start();
    }
    const done = await ended("forty");
    assert.equal(done["status"], "Completed", JSON.stringify(done));
    const lines = (await readFile(marks, "utf8")).trim().split("\n");
    const names = (word: string) =>
      lines.flatMap((line) => (line.startsWith(word) ? [line.split(" ")[1] ?? ""] : [])).toSorted();
    const expected = Array.from({ length: TRIALS }, (_, index) => `forty_${index}`).toSorted();
    assert.deepEqual(names("start"), expected);
    assert.deepEqual(names("end"), expected);
    const losses = lines.map((line) => line.split(" ")).map(([, run = "", x = ""]) => [run, (Number(x) - 0.3) ** 2]);
    const [best] = losses.toSorted((left, right) => Number(left[1]) - Number(right[1]));
    assert.equal(member(done, "properties")["best_child_run_id"], best?.[0]);
    const { completedCount, madeCount, openCount, measuredCount } = member(member(done, "lazuli"), "sweep");
    assert.deepEqual([completedCount, madeCount, openCount, measuredCount], [TRIALS, TRIALS, 0, TRIALS]);
  });
});
