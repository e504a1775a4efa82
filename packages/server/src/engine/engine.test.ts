import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { PGlite } from "@electric-sql/pglite";
import { PlatformError } from "@lazuli/contract/errors.ts";
import { modelTypes } from "@lazuli/contract/resources/model.ts";
import { workspaceType } from "@lazuli/contract/resources/workspace.ts";
import { z } from "zod";

import { systemClock } from "../base/clock.ts";
import { silentLog } from "../base/log.ts";
import { openPgliteDatabase } from "../database/pglite-database.ts";
import { openSqliteDatabase } from "../database/sqlite-database.ts";
import { systemPrincipal } from "./access/principal.ts";
import { controlMigrations, type ControlSchema } from "./control-schema.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { ControlDatabase } from "./resources/resource-store.ts";
import type { Resource } from "./resources/resource.ts";

const GROUP = "/subscriptions/s/resourceGroups/g";
const WAIT_MS_MAX = 10_000;

async function openOn(kind: "sqlite" | "pglite"): Promise<{ database: ControlDatabase; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "lazuli-engine-"));
  const database =
    kind === "sqlite"
      ? await openSqliteDatabase<ControlSchema>(join(folder, "control.db"), controlMigrations)
      : await openPgliteDatabase<ControlSchema>(new PGlite(), controlMigrations);
  return { database, folder };
}

function workspaceId(name: string): string {
  return `${GROUP}/providers/Microsoft.MachineLearningServices/workspaces/${name}`;
}

async function settled(engine: Engine, id: string, signal = AbortSignal.timeout(WAIT_MS_MAX)): Promise<Resource> {
  for await (const _change of engine.changes.subscribe(0, signal)) {
    const resource = await engine.resources.find(id);
    if (resource !== undefined && ["Succeeded", "Failed"].includes(resource.provisioningState)) return resource;
  }
  throw new Error(`'${id}' did not settle.`);
}

for (const kind of ["sqlite", "pglite"] as const) {
  describe(`engine on ${kind}`, () => {
    let database: ControlDatabase;
    let folder = "";
    let engine: Engine;
    const put = (id: string, properties: unknown, more = {}) =>
      engine.resources.put({ id, properties, principal: systemPrincipal, ...more });

    before(async () => {
      ({ database, folder } = await openOn(kind));
      engine = createEngine({ database, clock: systemClock, log: silentLog });
      engine.define({
        type: workspaceType,
        state: z.looseObject({}),
        initialState: {},
        admitRemoval: async (resource: Resource) => {
          if (resource.properties["description"] === "precious") throw new PlatformError("Conflict", "It is precious.");
        },
        reconcile: async (resource: Resource) =>
          resource.properties["description"] === "impossible"
            ? { kind: "failed", code: "Impossible", message: "It cannot be." }
            : { kind: "ready", state: { ...resource.state, seen: resource.generation } },
      });
      await engine.start({ force: true });
    });
    after(async () => {
      await engine.stop();
      await database.close();
      await rm(folder, { recursive: true });
    });

    it("stores, reconciles and ends the operation", async () => {
      const accepted = await put(workspaceId("one"), { description: "first" });
      assert.equal(accepted.isNew, true);
      const resource = await settled(engine, workspaceId("ONE"));
      assert.deepEqual(resource.state, { seen: 1 });
      const operation = await engine.operations.find(accepted.operationId ?? "");
      assert.equal(operation?.status, "Succeeded");
    });

    it("ends the operation with the reason when it cannot be made so", async () => {
      const accepted = await put(workspaceId("two"), { description: "impossible" });
      await settled(engine, workspaceId("two"));
      const operation = await engine.operations.find(accepted.operationId ?? "");
      assert.deepEqual(operation?.error, { code: "Impossible", message: "It cannot be." });
    });

    it("lists every wrong property with its path", async () => {
      await assert.rejects(put(workspaceId("three"), { description: 3, hbiWorkspace: "no" }), (error: unknown) => {
        assert.ok(error instanceof PlatformError);
        assert.deepEqual(
          error.details.map((detail) => detail.target),
          ["properties.description", "properties.hbiWorkspace"],
        );
        return true;
      });
    });

    it("refuses a put whose ETag is old, and one that must be new", async () => {
      await put(workspaceId("four"), {});
      const { revision } = await settled(engine, workspaceId("four"));
      await put(workspaceId("four"), { description: "x" }, { ifMatch: `"${revision}"` });
      await assert.rejects(put(workspaceId("four"), { description: "y" }, { ifMatch: `"${revision}"` }), {
        code: "PreconditionFailed",
      });
      await assert.rejects(put(workspaceId("four"), {}, { ifNoneMatch: "*" }), { code: "PreconditionFailed" });
    });

    it("makes the container of an asset with its first version, and refuses a missing workspace", async () => {
      await put(`${workspaceId("one")}/models/iris/versions/1`, { modelUri: "azureml://x" });
      const container = await engine.resources.get(`${workspaceId("one")}/MODELS/iris`);
      assert.equal(container.type, modelTypes[0]?.type);
      const missing = `${workspaceId("nowhere")}/models/iris/versions/1`;
      await assert.rejects(put(missing, { modelUri: "azureml://x" }), { code: "NotFound" });
    });

    it("answers an equal put without a write", async () => {
      const id = `${workspaceId("one")}/models/same/versions/1`;
      const first = await put(id, { modelUri: "azureml://x" });
      const second = await put(id, { modelUri: "azureml://x" });
      assert.equal(second.resource.revision, first.resource.revision);
    });

    it("pages by key in both orders without losing or repeating a row", async () => {
      await put(workspaceId("pages"), {});
      const names = Array.from({ length: 7 }, (_, index) => `m${index}`);
      for (const name of names) {
        await put(`${workspaceId("pages")}/models/${name}/versions/1`, { modelUri: "azureml://x" });
      }
      for (const order of ["name", "created-desc"] as const) {
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const page = await engine.resources.list({
            parentKey: workspaceId("pages"),
            type: "workspaces/models",
            order,
            limit: 3,
            ...(after !== undefined && { after }),
          });
          seen.push(...page.items.map((item) => item.name));
          after = page.next;
        } while (after !== undefined);
        assert.deepEqual(seen.toSorted(), names);
      }
    });

    it("removes a workspace with all below it", async () => {
      await put(workspaceId("gone"), {});
      await put(`${workspaceId("gone")}/models/iris/versions/1`, { modelUri: "azureml://x" });
      await settled(engine, workspaceId("gone"));
      await engine.resources.remove(workspaceId("gone"), systemPrincipal);
      for await (const change of engine.changes.subscribe(0, AbortSignal.timeout(WAIT_MS_MAX))) {
        if (change.action === "gone" && change.id === workspaceId("gone")) break;
      }
      assert.equal(await engine.resources.find(workspaceId("gone")), undefined);
      assert.equal(await engine.resources.find(`${workspaceId("gone")}/models/iris/versions/1`), undefined);
    });

    it("removes while others write below, and refuses while the definition does", async () => {
      await put(workspaceId("busy"), {});
      const child = `${workspaceId("busy")}/models/iris/versions/1`;
      await put(child, { modelUri: "azureml://x" });
      await settled(engine, workspaceId("busy"));
      await put(workspaceId("busy"), { description: "precious" });
      await assert.rejects(engine.resources.remove(workspaceId("busy"), systemPrincipal), { code: "Conflict" });
      await put(workspaceId("busy"), {});
      const writes = Array.from({ length: 20 }, (_, index) =>
        engine.resources.updateState(child, () => ({ index })).catch(() => undefined),
      );
      await Promise.all([...writes, engine.resources.remove(workspaceId("busy"), systemPrincipal)]);
      for await (const change of engine.changes.subscribe(0, AbortSignal.timeout(WAIT_MS_MAX))) {
        if (change.action === "gone" && change.id === workspaceId("busy")) break;
      }
      assert.equal(await engine.resources.find(child), undefined);
    });

    it("lets fifty writers of one state all be counted", async () => {
      await put(workspaceId("count"), {});
      await settled(engine, workspaceId("count"));
      const increments = Array.from({ length: 50 }, () =>
        engine.resources.updateState(workspaceId("count"), (resource) => ({
          ...resource.state,
          count: Number(resource.state["count"] ?? 0) + 1,
        })),
      );
      await Promise.all(increments);
      const { state } = await engine.resources.get(workspaceId("count"));
      assert.equal(state["count"], 50);
    });
  });
}
