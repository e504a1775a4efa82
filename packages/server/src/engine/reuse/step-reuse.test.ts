import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { PGlite } from "@electric-sql/pglite";
import { dataTypes } from "@lazuli/contract/resources/data.ts";
import { environmentType, environmentVersionType } from "@lazuli/contract/resources/environment.ts";
import { jobType } from "@lazuli/contract/resources/job.ts";
import { workspaceType } from "@lazuli/contract/resources/workspace.ts";
import { z } from "zod";

import { silentLog } from "../../base/log.ts";
import { databaseView } from "../../database/database-view.ts";
import { openPgliteDatabase } from "../../database/pglite-database.ts";
import { openSqliteDatabase } from "../../database/sqlite-database.ts";
import { systemPrincipal } from "../access/principal.ts";
import { controlMigrations, type ControlSchema } from "../control-schema.ts";
import { AssetFinder } from "../data/asset-finder.ts";
import { DataLocator } from "../data/data-locator.ts";
import { createEngine, type Engine } from "../engine.ts";
import { EnvironmentResolver } from "../environments/environment-resolver.ts";
import type { ControlDatabase } from "../resources/resource-store.ts";
import { explainRun } from "./explain-reuse.ts";
import { MemoryBlobs } from "./memory-blobs-fixture.ts";
import { reuseMigrations } from "./reuse-schema.ts";
import { StepReuse, type StepDecision, type StepRequest } from "./step-reuse.ts";

const WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
const ACCOUNT = "lz0f3c0f3c00004000";
const PLACE = "azureml://datastores/own/paths";

interface World {
  readonly reuse: StepReuse;
  readonly blobs: MemoryBlobs;
  readonly engine: Engine;
  readonly folder: string;
  /** Decides, and where it has to run, runs and completes it at once. */
  step(jobName: string, change?: Partial<StepRequest>): Promise<StepDecision>;
  close(): Promise<void>;
}

const DATABASES: Record<string, (folder: string) => Promise<ControlDatabase>> = {
  sqlite: (folder) =>
    openSqliteDatabase<ControlSchema>(join(folder, "control.db"), [...controlMigrations, ...reuseMigrations]),
  pglite: () => openPgliteDatabase<ControlSchema>(new PGlite(), [...controlMigrations, ...reuseMigrations]),
};

async function openWorld(kind: string): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "lazuli-reuse-"));
  const database = await (DATABASES[kind] ?? assert.fail(kind))(folder);
  let now = 1_000;
  const clock = { now: () => (now += 1) };
  const engine = createEngine({ database, clock, log: silentLog });
  const state = z.looseObject({});
  const types = [...dataTypes, jobType, environmentType, environmentVersionType];
  engine.define({ type: workspaceType, state, initialState: { workspaceId: "0f3c0f3c-0000-4000-8000-000000000001" } });
  for (const type of types) engine.define({ type, state, initialState: {} });
  const assets = new AssetFinder({ resources: engine.resources, findRegistryId: async () => undefined });
  const locator = new DataLocator({ resources: engine.resources, assets });
  const blobs = new MemoryBlobs();
  const reuse = new StepReuse({
    database: databaseView(database),
    blobs,
    resources: engine.resources,
    locator,
    environments: new EnvironmentResolver({ assets }),
    clock,
  });
  const put = (path: string, properties: unknown, initialState: Record<string, unknown> = {}) =>
    engine.resources.put({ id: `${WORKSPACE}${path}`, properties, principal: systemPrincipal, initialState });
  await put("", {});
  await put("/datastores/own", {
    datastoreType: "AzureBlob",
    credentials: { credentialsType: "None" },
    accountName: `127.0.0.1:8470/${ACCOUNT}`,
    containerName: "c",
  });
  await put("/environments/e/versions/1", { image: "python:3.11" });
  blobs.write("in/a.csv", "a");
  blobs.write("in/b.csv", "b");
  return {
    reuse,
    blobs,
    engine,
    folder,
    async step(jobName, change = {}) {
      const decision = await reuse.decide({ ...request(jobName), ...change });
      if (decision.kind === "reuse") return decision;
      await reuse.runs.put(decision.run);
      blobs.write(`out/${jobName}/model.txt`, "m");
      const outputs = { model: { type: "uri_folder", uri: `${PLACE}/out/${jobName}/` } };
      const { resource } = await put(`/jobs/${jobName}`, request(jobName).properties, { status: "Completed", outputs });
      await reuse.noteOutputs(resource, WORKSPACE);
      return decision;
    },
    async close() {
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

function request(jobName: string): StepRequest {
  return {
    workspaceId: WORKSPACE,
    jobName,
    step: "train",
    properties: properties(),
    isDeterministic: true,
    isForced: false,
  };
}

function properties(change: { uri?: string; lr?: string; mode?: string } = {}): Record<string, unknown> {
  const { uri = `${PLACE}/in/`, lr = "0.1", mode = "ReadOnlyMount" } = change;
  return {
    jobType: "Command",
    command: "train",
    environmentId: "azureml:e:1",
    inputs: { data: { jobInputType: "uri_folder", uri, mode }, lr: { jobInputType: "literal", value: lr } },
    outputs: { model: { jobOutputType: "uri_folder" } },
  };
}

function told(decision: StepDecision): string {
  return decision.kind === "reuse" ? `reuses ${decision.original.name}` : decision.verdict.code;
}

for (const kind of Object.keys(DATABASES)) {
  describe(`step reuse on ${kind}`, () => {
    let world: World;
    before(async () => {
      world = await openWorld(kind);
    });
    after(() => world.close());

    it("reuses a step of the same parts, whatever its job is called", async () => {
      assert.equal(told(await world.step("one")), "noEqualRun");
      assert.equal(told(await world.step("two")), "reuses one");
    });

    it("runs when a file is written in place, and reuses again once it is as before", async () => {
      world.blobs.write("in/a.csv", "A");
      assert.equal(told(await world.step("three")), "noEqualRun");
      world.blobs.write("in/a.csv", "a");
      assert.equal(told(await world.step("four")), "reuses one");
    });

    it("reuses equal content from another place, unless the command is handed the place itself", async () => {
      world.blobs.write("copy/a.csv", "a");
      world.blobs.write("copy/b.csv", "b");
      const copied = { properties: properties({ uri: `${PLACE}/copy/` }) };
      assert.equal(told(await world.step("five", copied)), "reuses one");
      assert.equal(told(await world.step("six", { properties: properties({ mode: "Direct" }) })), "noEqualRun");
      const elsewhere = { properties: properties({ mode: "Direct", uri: `${PLACE}/copy/` }) };
      assert.equal(told(await world.step("seven", elsewhere)), "noEqualRun");
    });

    it("reads files of this machine anew each time", async () => {
      const uri = `file://${world.folder}/local`;
      const local = { properties: properties({ uri }) };
      await writeFile(join(world.folder, "local"), "x");
      assert.equal(told(await world.step("eight", local)), "noEqualRun");
      assert.equal(told(await world.step("nine", local)), "reuses eight");
      await writeFile(join(world.folder, "local"), "y");
      assert.equal(told(await world.step("ten", local)), "noEqualRun");
    });

    it("never reuses what lies behind a URL, and says so", async () => {
      const outside = { properties: properties({ uri: "https://example.com/a.csv" }) };
      const decision = await world.step("eleven", outside);
      assert.equal(told(decision), "unknownContent");
      assert.match(decision.kind === "run" ? decision.verdict.message : "", /lies outside, where it may change/);
      assert.equal(told(await world.step("twelve", outside)), "unknownContent");
    });

    it("never reuses a table over files that lie elsewhere", async () => {
      const table = { jobInputType: "mltable", uri: `${PLACE}/table/` };
      const over = { properties: { ...properties(), inputs: { data: table } } };
      world.blobs.write("table/a.csv", "a");
      world.blobs.write("table/MLTable", "paths:\n  - file: ./a.csv\n");
      assert.equal(told(await world.step("table-1", over)), "noEqualRun");
      assert.equal(told(await world.step("table-2", over)), "reuses table-1");
      world.blobs.write("table/MLTable", "paths:\n  - file: https://example.com/a.csv\n");
      const decision = await world.step("table-3", over);
      assert.equal(told(decision), "unknownContent");
      assert.match(
        decision.kind === "run" ? decision.verdict.message : "",
        /a table over 'https:\/\/example.com\/a.csv'/,
      );
    });

    it("explains the difference from the nearest earlier run", async () => {
      await world.step("far", { step: "other", properties: properties({ lr: "0.5" }) });
      world.blobs.write("in/a.csv", "AA");
      await world.step("near", { step: "other", properties: properties({ lr: "0.6" }) });
      const decision = await world.step("last", { step: "other", properties: properties({ lr: "0.7" }) });
      assert.equal(decision.kind, "run");
      if (decision.kind !== "run") return;
      const explained = await explainRun(decision.run, world.reuse);
      assert.equal(explained.comparedWith?.job, "near");
      assert.deepEqual(
        explained.differences.map(({ message }) => message),
        ["parameter 'lr' changed from '0.6' to '0.7'"],
      );
      const near = await world.reuse.runs.find(`${WORKSPACE}/jobs/near`.toLowerCase());
      const { message } = await explainRun(near ?? assert.fail(), world.reuse);
      assert.match(message, /input 'data' changed: 'a.csv' changed; parameter 'lr' changed from '0.5' to '0.6'\.$/);
      world.blobs.write("in/a.csv", "a");
    });

    it("runs when the original's output was changed, or its job deleted", async () => {
      const own = { properties: properties({ lr: "9" }) };
      await world.step("origin", own);
      world.blobs.write("out/origin/model.txt", "spoilt");
      const spoilt = await world.step("second", own);
      assert.equal(told(spoilt), "earlierUnusable");
      assert.match(
        spoilt.kind === "run" ? spoilt.verdict.message : "",
        /'origin' did the same, but its output 'model'/,
      );
      await world.engine.resources.remove(`${WORKSPACE}/jobs/second`, systemPrincipal);
      assert.equal(told(await world.step("third", own)), "earlierUnusable");
      assert.equal(told(await world.step("fourth", own)), "reuses third");
    });

    it("reuses a forced run later, but none that is not deterministic", async () => {
      const own = { properties: properties({ lr: "8" }) };
      assert.equal(told(await world.step("force", { ...own, isForced: true })), "forced");
      assert.equal(told(await world.step("after-force", own)), "reuses force");
      assert.equal(told(await world.step("clock", { ...own, isDeterministic: false })), "notDeterministic");
    });

    it("takes over what a resumed pipeline completed, deterministic or not", async () => {
      const own = { properties: properties({ lr: "7" }), isDeterministic: false };
      await world.step("completed", own);
      assert.equal(told(await world.step("resumed", { ...own, resumedFrom: "completed" })), "reuses completed");
      assert.equal(told(await world.step("missing", { ...own, resumedFrom: "never" })), "notDeterministic");
    });

    it("reads a file of our storage once for each state that it was in", async () => {
      const reads = world.blobs.readCount;
      assert.equal(told(await world.step("again")), "reuses one");
      assert.equal(world.blobs.readCount, reads);
    });
  });
}
