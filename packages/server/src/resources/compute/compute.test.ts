import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { workspaceType } from "@lazuli/contract/resources/workspace.ts";
import { z } from "zod";

import { systemClock } from "../../base/clock.ts";
import { silentLog } from "../../base/log.ts";
import { openSqliteDatabase } from "../../database/sqlite-database.ts";
import { systemPrincipal } from "../../engine/access/principal.ts";
import { controlMigrations, type ControlSchema } from "../../engine/control-schema.ts";
import { createEngine, type Engine } from "../../engine/engine.ts";
import { ComputePools } from "../../engine/placement/compute-pools.ts";
import { seatRequest } from "../../engine/placement/placement-bench.ts";
import { poolConfigOf } from "../../engine/placement/pool-config.ts";
import type { ControlDatabase } from "../../engine/resources/resource-store.ts";
import { computeResource } from "./compute.ts";

const WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
const WAIT_MS_MAX = 10_000;
const LOOK_MS = 5;

describe("compute", () => {
  let database: ControlDatabase;
  let engine: Engine;
  let folder = "";
  const woken: string[] = [];
  const pools = new ComputePools({
    clock: systemClock,
    wake: (key) => woken.push(key),
    machine: { nodeCountMax: 100, coreCount: 100, gpuCount: 0 },
  });
  const idOf = (name: string) => `${WORKSPACE}/computes/${name}`;
  const put = (name: string, properties: unknown) =>
    engine.resources.put({ id: idOf(name), properties, principal: systemPrincipal });
  const pool = (scaleSettings: object) => ({ computeType: "AmlCompute", properties: { scaleSettings } });

  async function act(name: string, action: string): Promise<unknown> {
    const resource = await engine.resources.get(idOf(name));
    const run = engine.definitions.get("workspaces/computes")?.actions?.[action];
    return run?.({ resource, body: undefined, query: {}, principal: systemPrincipal }, engine.context);
  }

  async function render(name: string): Promise<Record<string, unknown>> {
    const resource = await engine.resources.get(idOf(name));
    const rendered = await engine.definitions.get("workspaces/computes")?.render?.(resource, engine.context);
    return z.looseObject({}).parse(rendered?.["properties"]);
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-compute-"));
    database = await openSqliteDatabase<ControlSchema>(join(folder, "control.db"), controlMigrations);
    engine = createEngine({ database, clock: systemClock, log: silentLog });
    engine.define({ type: workspaceType, state: z.looseObject({}), initialState: {} });
    engine.define(computeResource({ pools, machine: { coreCount: 2, memoryBytes: 1, gpuCount: 0 } }));
    await engine.start({ force: true });
    await engine.resources.put({ id: WORKSPACE, properties: {}, principal: systemPrincipal });
  });
  after(async () => {
    await engine.stop();
    await database.close();
    await rm(folder, { recursive: true });
  });

  it("shows its nodes and the jobs on them", async () => {
    await put("pool", pool({ minNodeCount: 1, maxNodeCount: 2 }));
    const resource = await engine.resources.get(idOf("pool"));
    pools.request(resource.key, poolConfigOf(resource), seatRequest(`${WORKSPACE}/jobs/a`.toLowerCase()));
    const { nodes } = z
      .object({ nodes: z.array(z.looseObject({ nodeState: z.string(), runId: z.string().nullable() })) })
      .parse(await act("pool", "listNodes"));
    assert.deepEqual(
      nodes.map(({ nodeState, runId }) => [nodeState, runId]),
      [["running", "a"]],
    );
    const { currentNodeCount, nodeStateCounts } = await render("pool");
    assert.deepEqual([currentNodeCount, z.looseObject({}).parse(nodeStateCounts)["runningNodeCount"]], [1, 1]);
  });

  it("lets waiting jobs in when its maximum is raised", async () => {
    await put("grows", pool({ maxNodeCount: 1 }));
    const resource = await engine.resources.get(idOf("grows"));
    for (const key of ["one", "two"]) pools.request(resource.key, poolConfigOf(resource), seatRequest(key));
    await put("grows", pool({ maxNodeCount: 2 }));
    const deadline = Date.now() + WAIT_MS_MAX;
    while (!woken.includes("two") && Date.now() < deadline) await delay(LOOK_MS);
    assert.ok(woken.includes("two"));
  });

  it("starts and stops an instance, and says that a pool does so by itself", async () => {
    await put("desk", { computeType: "ComputeInstance" });
    await act("desk", "stop");
    assert.equal((await render("desk"))["state"], "Stopped");
    await act("desk", "start");
    assert.equal((await render("desk"))["state"], "Running");
    await assert.rejects(act("pool", "stop"), /starts and stops nodes by itself/);
  });

  it("refuses what it cannot be, naming the field", async () => {
    await assert.rejects(put("cube", { computeType: "Kubernetes" }), {
      code: "Unsupported",
      target: "properties.computeType",
    });
    await assert.rejects(put("turned", pool({ minNodeCount: 3, maxNodeCount: 2 })), {
      target: "properties.properties.scaleSettings.minNodeCount",
    });
    await assert.rejects(put("idle", pool({ maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: "2 minutes" })), {
      target: "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown",
    });
    await assert.rejects(put("desk", pool({ maxNodeCount: 2 })), { code: "Conflict" });
    await assert.rejects(put("1st", pool({ maxNodeCount: 2 })), { target: "name" });
  });
});
