import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { parseFilter } from "../domain/tracking-search/parse-filter.ts";
import { parseOrder } from "../domain/tracking-search/parse-order.ts";
import {
  EXPERIMENT_VOCABULARY,
  LOGGED_MODEL_VOCABULARY,
  RUN_VOCABULARY,
} from "../domain/tracking-search/search-grammar.ts";
import { openTrackingStore, type Tracking } from "./open-tracking-store.ts";
import { SUITE_DATABASES, type SuiteDatabase } from "./suite-databases.ts";

/** A clock that moves one millisecond at each look, so that orders by time are certain. */
function tickingClock() {
  let now = 1_000_000;
  return { now: () => (now += 1) };
}

for (const [name, open] of SUITE_DATABASES) {
  describe(`tracking store on ${name}`, () => {
    let opened: SuiteDatabase;
    let tracking: Tracking;
    let workspaceCount = 0;
    before(async () => {
      opened = await open();
      tracking = openTrackingStore({ database: opened.database, clock: tickingClock() });
    });
    after(() => opened.close());

    const newWorkspace = () => `/workspaces/w${(workspaceCount += 1)}`;

    async function newRun(workspaceKey: string, fields: { runId?: string; startedAt?: number } = {}) {
      const { experimentId } = await tracking.ensureExperiment(workspaceKey, "Default");
      const request = {
        workspaceKey,
        experimentId,
        userId: "ada",
        status: "RUNNING",
        startedAt: 10,
        ...fields,
      } as const;
      const { runId } = await tracking.ensureRun(request);
      return tracking.runs.get(workspaceKey, runId);
    }

    async function searchNames(workspaceKey: string, filter: string, order: readonly string[] = []) {
      const clauses = parseFilter(filter, RUN_VOCABULARY);
      const keys = parseOrder(order, RUN_VOCABULARY);
      assert.ok(clauses.ok && keys.ok, JSON.stringify([clauses, keys]));
      const search = { workspaceKey, experimentIds: ["0"], viewType: "ACTIVE_ONLY", limit: 2 } as const;
      const names: string[] = [];
      let next: string | undefined;
      do {
        const page = await tracking.runs.search({
          ...search,
          filter: clauses.value,
          order: keys.value,
          ...(next !== undefined && { after: next }),
        });
        names.push(...page.items.map((run) => run.runId));
        next = page.next;
      } while (next !== undefined);
      return names;
    }

    it("gives the default experiment the id 0 and others a GUID, each once", async () => {
      const workspaceKey = newWorkspace();
      assert.deepEqual(await tracking.ensureExperiment(workspaceKey, "Default"), { experimentId: "0" });
      const [one, other] = await Promise.all([
        tracking.ensureExperiment(workspaceKey, "iris"),
        tracking.ensureExperiment(workspaceKey, "iris"),
      ]);
      assert.match(one.experimentId, /^[0-9a-f-]{36}$/);
      assert.deepEqual(one, other);
    });

    it("keeps workspaces apart", async () => {
      const [one, other] = [newWorkspace(), newWorkspace()];
      await newRun(one, { runId: "same" });
      assert.equal(await tracking.findRun(other, "same"), undefined);
      await newRun(other, { runId: "same" });
      await tracking.logParams(one, "same", { lr: "1" });
      assert.deepEqual((await tracking.findRun(other, "same"))?.params, {});
    });

    it("leaves a run that exists as it is", async () => {
      const workspaceKey = newWorkspace();
      const first = await newRun(workspaceKey, { runId: "job-1", startedAt: 1 });
      assert.deepEqual(await newRun(workspaceKey, { runId: "job-1", startedAt: 2 }), first);
      assert.equal(first.artifactUri, "mlflow-artifacts:/ExperimentRun/dcid.job-1");
    });

    it("refuses another value of a param, with all that came along", async () => {
      const workspaceKey = newWorkspace();
      await newRun(workspaceKey, { runId: "r" });
      await tracking.logParams(workspaceKey, "r", { lr: "0.1" });
      await tracking.logParams(workspaceKey, "r", { lr: "0.1", depth: "3" });
      const metric = { key: "loss", value: 1, at: 1, step: 0 };
      await assert.rejects(
        tracking.runs.log(workspaceKey, "r", { params: { lr: "0.2", width: "9" }, metrics: [metric] }),
        (error) => error instanceof PlatformError && error.code === "BadRequest",
      );
      const run = await tracking.runs.get(workspaceKey, "r");
      assert.deepEqual([run.params, run.metrics], [{ lr: "0.1", depth: "3" }, {}]);
    });

    it("lets racing writers agree on a param", async () => {
      const workspaceKey = newWorkspace();
      await newRun(workspaceKey, { runId: "r" });
      const outcomes = await Promise.allSettled(
        ["a", "a", "b"].map((value) => tracking.logParams(workspaceKey, "r", { key: value })),
      );
      const value = (await tracking.runs.get(workspaceKey, "r")).params["key"];
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["a", "a", "b"].map((wanted) => (wanted === value ? "fulfilled" : "rejected")),
      );
    });

    it("keeps keys that are special words of JavaScript", async () => {
      const workspaceKey = newWorkspace();
      await newRun(workspaceKey, { runId: "r" });
      const tags = Object.fromEntries([
        ["__proto__", "1"],
        ["constructor", "2"],
      ]);
      await tracking.setTags(workspaceKey, "r", tags);
      const stored = (await tracking.runs.get(workspaceKey, "r")).tags;
      assert.deepEqual(
        new Map(Object.entries(stored)),
        new Map([
          ["__proto__", "1"],
          ["constructor", "2"],
          ["mlflow.runName", "r"],
        ]),
      );
    });

    it("shows as latest the value of the highest step, then time, then value", async () => {
      const workspaceKey = newWorkspace();
      await newRun(workspaceKey, { runId: "r" });
      const points = [
        { value: 5, at: 9, step: 1 },
        { value: 1, at: 2, step: 2 },
        { value: 2, at: 2, step: 2 },
        { value: 9, at: 1, step: 2 },
      ];
      for (const point of points) await tracking.runs.log(workspaceKey, "r", { metrics: [{ key: "loss", ...point }] });
      assert.deepEqual((await tracking.runs.get(workspaceKey, "r")).metrics, { loss: { value: 2, at: 2, step: 2 } });
      assert.deepEqual(await tracking.metricHistory(workspaceKey, "r", "loss"), points);
    });

    it("keeps NaN and both infinities", async () => {
      const workspaceKey = newWorkspace();
      await newRun(workspaceKey, { runId: "r" });
      const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      const metrics = values.map((value, index) => ({ key: `m${index}`, value, at: 1, step: 0 }));
      await tracking.runs.log(workspaceKey, "r", { metrics });
      const stored = (await tracking.runs.get(workspaceKey, "r")).metrics;
      assert.deepEqual([stored["m0"]?.value, stored["m1"]?.value, stored["m2"]?.value], values);
      assert.deepEqual(await tracking.metricHistory(workspaceKey, "r", "m0"), [{ value: Number.NaN, at: 1, step: 0 }]);
    });

    it("pages a long history in order, before, while and after it is packed", async () => {
      const workspaceKey = newWorkspace();
      await newRun(workspaceKey, { runId: "r" });
      const readAll = async (limit: number) => {
        const steps: number[] = [];
        for (let from: number | undefined = 0; from !== undefined;) {
          const page = await tracking.runs.history(workspaceKey, "r", { key: "loss", from, limit });
          assert.ok(page.points.length <= limit);
          steps.push(...page.points.map(({ step }) => step));
          from = page.next;
        }
        return steps;
      };
      const total = 10_000;
      for (let start = 0; start < total; start += 1_000) {
        const metrics = Array.from({ length: 1_000 }, (_, index) => {
          const step = start + index;
          return { key: "loss", value: step / 7, at: 1_700_000_000_000 + step * 13, step };
        });
        await tracking.runs.log(workspaceKey, "r", {
          metrics: [...metrics, { key: "other", value: 1, at: 1, step: start }],
        });
      }
      const expected = Array.from({ length: total }, (_, step) => step);
      assert.deepEqual(await readAll(1_234), expected);
      await tracking.setRunStatus(workspaceKey, "r", "FINISHED", 20);
      assert.deepEqual(await readAll(4_096), expected);
      await tracking.runs.log(workspaceKey, "r", {
        metrics: [{ key: "loss", value: 0, at: 1_800_000_000_000, step: total }],
      });
      assert.deepEqual(await readAll(999), [...expected, total]);
      assert.equal((await tracking.metricHistory(workspaceKey, "r", "other")).length, 10);
    });

    it("shows a point once that a client sent again", async () => {
      const workspaceKey = newWorkspace();
      await newRun(workspaceKey, { runId: "r" });
      const metrics = [1, 2, 3].map((step) => ({ key: "loss", value: 0.5, at: 7, step }));
      await tracking.runs.log(workspaceKey, "r", { metrics });
      await tracking.runs.log(workspaceKey, "r", { metrics });
      assert.deepEqual(
        (await tracking.metricHistory(workspaceKey, "r", "loss")).map(({ step }) => step),
        [1, 2, 3],
      );
    });

    it("refuses writes to a deleted run and takes them again after it is restored", async () => {
      const workspaceKey = newWorkspace();
      await newRun(workspaceKey, { runId: "r" });
      await tracking.runs.remove(workspaceKey, "r");
      await assert.rejects(tracking.setTags(workspaceKey, "r", { a: "1" }), /must be in the 'active' state/);
      await tracking.runs.restore(workspaceKey, "r");
      await tracking.setTags(workspaceKey, "r", { a: "1" });
    });

    it("deletes and restores an experiment with its runs, and frees its name only then", async () => {
      const workspaceKey = newWorkspace();
      const experimentId = await tracking.experiments.create({ workspaceKey, name: "e" });
      const request = { workspaceKey, experimentId, runId: "r", userId: "u", status: "RUNNING", startedAt: 1 } as const;
      await tracking.ensureRun(request);
      await tracking.experiments.remove(workspaceKey, experimentId);
      assert.equal((await tracking.runs.get(workspaceKey, "r")).lifecycleStage, "deleted");
      await assert.rejects(tracking.experiments.create({ workspaceKey, name: "e" }), /deleted state/);
      await tracking.experiments.restore(workspaceKey, experimentId);
      assert.equal((await tracking.runs.get(workspaceKey, "r")).lifecycleStage, "active");
    });

    it("searches runs by every kind of clause", async () => {
      const workspaceKey = newWorkspace();
      for (const [index, runId] of ["a", "b", "c"].entries()) {
        await newRun(workspaceKey, { runId, startedAt: 100 + index });
        await tracking.runs.log(workspaceKey, runId, {
          metrics: [{ key: "acc", value: index / 2, at: 1, step: 0 }],
          params: { "learning rate": String(index), kind: index === 0 ? "Tree" : "tree" },
          ...(index === 2 && { tags: { only: "here" } }),
        });
      }
      await tracking.runs.logInputs(workspaceKey, "b", {
        datasets: [
          {
            dataset: { name: "iris", digest: "d1", sourceType: "code", source: "{}", schema: undefined, profile: "p" },
            tags: { "mlflow.data.context": "train" },
          },
        ],
        modelIds: ["m-1"],
      });
      const cases: Readonly<Record<string, readonly string[]>> = {
        "": ["c", "b", "a"],
        "metrics.acc > 0.4": ["c", "b"],
        "metrics.acc != 0.5 and metrics.acc <= 1": ["c", "a"],
        "params.`learning rate` = '1'": ["b"],
        'params."learning rate" != "1"': ["c", "a"],
        "params.kind LIKE 'tr%'": ["c", "b"],
        "params.kind ILIKE 'TR_E'": ["c", "b", "a"],
        "tags.only = 'here'": ["c"],
        "tags.only IS NULL": ["b", "a"],
        "tags.only IS NOT NULL AND status = 'RUNNING'": ["c"],
        "attributes.run_id IN ('a', 'c')": ["c", "a"],
        "run_id NOT IN ('a')": ["c", "b"],
        "start_time >= 101": ["c", "b"],
        "dataset.name = 'iris' and datasets.context = 'train'": ["b"],
        "params.never = 'x'": [],
        "attributes.status != 'RUNNING'": [],
        "lifecycle_stage = 'active' and user_id = 'ada'": ["c", "b", "a"],
      };
      for (const [filter, expected] of Object.entries(cases)) {
        assert.deepEqual(await searchNames(workspaceKey, filter), expected, filter);
      }
    });

    it("orders runs by metrics, params and attributes, those without a value last, over pages", async () => {
      const workspaceKey = newWorkspace();
      const values = { a: 3, b: Number.NaN, c: 1, d: undefined, e: Number.POSITIVE_INFINITY, f: 3 };
      for (const [runId, value] of Object.entries(values)) {
        await newRun(workspaceKey, { runId, startedAt: 5 });
        if (value === undefined) continue;
        await tracking.runs.log(workspaceKey, runId, {
          metrics: [{ key: "m", value, at: 1, step: 0 }],
          params: { p: `v${value}` },
        });
      }
      assert.deepEqual(await searchNames(workspaceKey, "", ["metrics.m DESC"]), ["e", "a", "f", "c", "b", "d"]);
      assert.deepEqual(await searchNames(workspaceKey, "", ["metrics.m ASC"]), ["c", "a", "f", "e", "b", "d"]);
      assert.deepEqual(await searchNames(workspaceKey, "", ["params.p", "run_id DESC"]), [
        "c",
        "f",
        "a",
        "e",
        "b",
        "d",
      ]);
      assert.deepEqual(await searchNames(workspaceKey, "", ["attributes.run_id DESC"]), ["f", "e", "d", "c", "b", "a"]);
    });

    it("finds experiments by name, tag and time", async () => {
      const workspaceKey = newWorkspace();
      for (const title of ["One", "one more", "two"]) {
        await tracking.experiments.create({ workspaceKey, name: title, tags: { kind: title.slice(0, 3) } });
      }
      const find = async (filter: string, order: readonly string[] = ["name"]) => {
        const clauses = parseFilter(filter, EXPERIMENT_VOCABULARY);
        const keys = parseOrder(order, EXPERIMENT_VOCABULARY);
        assert.ok(clauses.ok && keys.ok);
        const page = await tracking.experiments.search({
          workspaceKey,
          filter: clauses.value,
          order: keys.value,
          viewType: "ACTIVE_ONLY",
          limit: 10,
        });
        return page.items.map((experiment) => experiment.name);
      };
      assert.deepEqual(await find("name LIKE 'one%'"), ["one more"]);
      assert.deepEqual(await find("name ILIKE 'one%'", ["creation_time DESC"]), ["one more", "One"]);
      assert.deepEqual(await find("tags.kind = 'two'"), ["two"]);
    });

    it("keeps logged models with params, tags, metrics and links, and finds them", async () => {
      const workspaceKey = newWorkspace();
      await newRun(workspaceKey, { runId: "r" });
      const request = {
        workspaceKey,
        experimentId: "0",
        name: "model",
        modelType: "",
        sourceRunId: "r",
        params: { a: "1" },
        tags: {},
      };
      const [first, second] = [
        await tracking.loggedModels.create(request),
        await tracking.loggedModels.create(request),
      ];
      assert.equal(first.artifactUri, "mlflow-artifacts:/ExperimentRun/dcid.r/model");
      assert.equal(second.artifactUri, `mlflow-artifacts:/Models/${second.modelId}`);
      await tracking.runs.logOutputs(workspaceKey, "r", [{ modelId: first.modelId, step: 3 }]);
      assert.deepEqual((await tracking.runs.get(workspaceKey, "r")).links.modelOutputs, [
        { modelId: first.modelId, step: 3 },
      ]);
      await tracking.loggedModels.setStatus(workspaceKey, first.modelId, "LOGGED_MODEL_READY");
      await tracking.loggedModels.setTags(workspaceKey, first.modelId, { stage: "good" });
      const dataset = { datasetName: "iris", datasetDigest: "d" };
      for (const [model, value] of [
        [first, 0.9],
        [second, 0.4],
      ] as const) {
        const metric = { key: "acc", value, at: 1, step: 0, modelId: model.modelId, ...dataset };
        await tracking.loggedModels.logMetrics(workspaceKey, "r", [metric]);
      }
      const find = async (filter: string) => {
        const clauses = parseFilter(filter, LOGGED_MODEL_VOCABULARY);
        assert.ok(clauses.ok, filter);
        const order = [{ attribute: undefined, metric: "acc", isAscending: true, dataset: undefined }];
        const search = { workspaceKey, experimentIds: ["0"], datasets: [], order, limit: 10 };
        const page = await tracking.loggedModels.search({ ...search, filter: clauses.value });
        return page.items.map((model) => model.modelId);
      };
      assert.deepEqual(await find(""), [second.modelId, first.modelId]);
      assert.deepEqual(await find("metrics.acc > 0.5 AND params.a = '1'"), [first.modelId]);
      assert.deepEqual(await find("tags.stage = 'good' AND status = 'READY'"), [first.modelId]);
      await tracking.loggedModels.remove(workspaceKey, first.modelId);
      assert.deepEqual(await find(""), [second.modelId]);
    });

    it("points an alias at one version at a time", async () => {
      const workspaceKey = newWorkspace();
      await tracking.aliases.set(workspaceKey, "Iris", { name: "champion", version: "1" });
      await tracking.aliases.set(workspaceKey, "iris", { name: "champion", version: "2" });
      assert.deepEqual([...(await tracking.aliases.list(workspaceKey, "IRIS"))], [["champion", "2"]]);
      await tracking.aliases.forget(workspaceKey, "iris", "2");
      assert.deepEqual([...(await tracking.aliases.list(workspaceKey, "iris"))], []);
    });
  });
}
