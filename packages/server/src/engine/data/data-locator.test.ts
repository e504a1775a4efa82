import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { dataTypes } from "@lazuli/contract/resources/data.ts";
import { jobType } from "@lazuli/contract/resources/job.ts";
import { workspaceType } from "@lazuli/contract/resources/workspace.ts";
import { z } from "zod";

import { systemClock } from "../../base/clock.ts";
import { silentLog } from "../../base/log.ts";
import { openSqliteDatabase } from "../../database/sqlite-database.ts";
import { systemPrincipal } from "../access/principal.ts";
import { controlMigrations, type ControlSchema } from "../control-schema.ts";
import { createEngine, type Engine } from "../engine.ts";
import type { ControlDatabase } from "../resources/resource-store.ts";
import { AssetFinder } from "./asset-finder.ts";
import { DataLocator } from "./data-locator.ts";

const WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
const ACCOUNT = "lz0f3c0f3c00004000";

describe("data locator", () => {
  let database: ControlDatabase;
  let engine: Engine;
  let locator: DataLocator;
  let folder = "";
  const put = (path: string, properties: unknown) =>
    engine.resources.put({ id: `${WORKSPACE}${path}`, properties, principal: systemPrincipal });
  const locate = (reference: string, collection = "data") =>
    locator.locate(reference, { workspaceId: WORKSPACE, collection });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-locator-"));
    database = await openSqliteDatabase<ControlSchema>(join(folder, "control.db"), controlMigrations);
    engine = createEngine({ database, clock: systemClock, log: silentLog });
    const state = z.looseObject({});
    const initialState = { workspaceId: "0f3c0f3c-0000-4000-8000-000000000001" };
    engine.define({ type: workspaceType, state, initialState });
    for (const type of [...dataTypes, jobType]) engine.define({ type, state, initialState: {} });
    await engine.start({ force: true });
    const assets = new AssetFinder({ resources: engine.resources, findRegistryId: async () => undefined });
    locator = new DataLocator({ resources: engine.resources, assets });
    await put("", {});
    const credentials = { credentialsType: "None" };
    const store = { datastoreType: "AzureBlob", credentials };
    await put("/datastores/own", { ...store, accountName: `127.0.0.1:8470/${ACCOUNT}`, containerName: "c" });
    await put("/datastores/azure", { ...store, accountName: "elsewhere", containerName: "raw" });
    await put("/data/iris/versions/1", {
      dataType: "uri_folder",
      dataUri: "azureml://datastores/own/paths/first/",
    });
    await put("/data/iris/versions/2", { dataType: "uri_folder", dataUri: "azureml://jobs/j/outputs/table/paths/x/" });
    await put("/data/loop/versions/1", { dataType: "uri_folder", dataUri: "azureml:loop:1" });
    await put("/jobs/j", {
      jobType: "Command",
      command: "true",
      environmentId: "e",
      outputs: { table: { jobOutputType: "uri_folder", uri: "azureml://datastores/own/paths/of-job/" } },
    });
  });
  after(async () => {
    await engine.stop();
    await database.close();
    await rm(folder, { recursive: true });
  });

  const own = (path: string, container = "c") => ({ kind: "blob", account: ACCOUNT, container, path });

  it("follows assets, jobs' outputs and datastores to the blob", async () => {
    assert.deepEqual(await locate("azureml:iris:1"), own("first/"));
    assert.deepEqual(await locate("azureml:iris@latest"), own("of-job/x/"));
    assert.deepEqual(await locate(`${WORKSPACE}/data/iris/versions/2`), own("of-job/x/"));
    assert.deepEqual(
      await locate("azureml://jobs/j/outputs/artifacts/paths/a.txt"),
      own("ExperimentRun/dcid.j/a.txt", "azureml"),
    );
    assert.deepEqual(await locate("runs:/j/model"), own("ExperimentRun/dcid.j/model", "azureml"));
  });

  it("knows its own storage behind any host, and leaves others as they are", async () => {
    const url = `https://127.0.0.1:9/${ACCOUNT}.blob.core.lazuli/c/a%20b/c.csv`;
    assert.deepEqual(await locate(url), own("a b/c.csv"));
    assert.deepEqual(await locate("azureml://datastores/azure/paths/x y.csv"), {
      kind: "url",
      url: "https://elsewhere.blob.core.windows.net/raw/x%20y.csv",
    });
    assert.deepEqual(await locate("wasbs://raw@elsewhere.blob.core.windows.net/x.csv"), {
      kind: "url",
      url: "https://elsewhere.blob.core.windows.net/raw/x.csv",
    });
  });

  it("names what is missing, the name that was meant, and what leads in a circle", async () => {
    await assert.rejects(locate("azureml:iriss:1"), {
      message: "Data 'iriss' version '1' does not exist. Did you mean 'iris'?",
    });
    await assert.rejects(locate("azureml://datastores/none/paths/x"), { message: "Datastore 'none' does not exist." });
    await assert.rejects(locate("azureml://jobs/none/outputs/x"), { message: "Job 'none' does not exist." });
    await assert.rejects(locate("./local"), { code: "BadRequest" });
    await assert.rejects(locate("azureml:loop:1"), /refers to itself/);
  });
});
