import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { silentLog } from "../../base/log.ts";
import { openSqliteDatabase } from "../../database/sqlite-database.ts";
import { systemPrincipal, type Principal } from "../../engine/access/principal.ts";
import { controlMigrations, type ControlSchema } from "../../engine/control-schema.ts";
import { createEngine, type Engine } from "../../engine/engine.ts";
import { scheduleResource } from "./schedule.ts";

const WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
const SCHEDULE = `${WORKSPACE}/schedules/nightly`;
const MIDNIGHT = Date.parse("2026-01-01T00:00:00Z");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WAIT_MS_MAX = 5_000;
const USER: Principal = { id: "u", tenantId: "t", name: "Ada", kind: "user", scopes: undefined };
const JOB = { jobType: "Command", command: "echo ${{inputs.when}}", environmentId: "azureml:e:1" };
const HOURLY = { triggerType: "Cron", expression: "30 * * * *" };

describe("a schedule", () => {
  let now = MIDNIGHT;
  let engine: Engine;
  let close: () => Promise<void>;
  let isAllowed = true;

  beforeEach(async () => {
    now = MIDNIGHT;
    isAllowed = true;
    const folder = await mkdtemp(join(tmpdir(), "lazuli-schedule-"));
    const database = await openSqliteDatabase<ControlSchema>(join(folder, "control.db"), controlMigrations);
    engine = createEngine({ database, clock: { now: () => now }, log: silentLog });
    engine.define(
      scheduleResource({
        access: {
          async assertCan() {
            if (!isAllowed) throw new PlatformError("Forbidden", "'Ada' may not.");
          },
        },
        async checkJob({ properties }) {
          if (properties["command"] === "") throw new PlatformError("BadRequest", "The command is empty.");
        },
      }),
    );
    await engine.start({ force: true });
    await engine.resources.put({ id: WORKSPACE, properties: {}, principal: systemPrincipal });
    close = async () => {
      await engine.stop();
      await database.close();
      await rm(folder, { recursive: true });
    };
  });
  afterEach(() => close());

  it("makes a job at each due time, named after it, and says where it comes from", async () => {
    await put({ trigger: HOURLY, action: create({ inputs: { when: literal("${{creation_context.trigger_time}}") } }) });
    await passTo(MIDNIGHT + 30 * MINUTE_MS);
    await passTo(MIDNIGHT + 90 * MINUTE_MS);
    assert.deepEqual(await jobNames(), ["nightly-20260101T003000Z", "nightly-20260101T013000Z"]);
    const job = await engine.resources.get(`${WORKSPACE}/jobs/nightly-20260101T003000Z`);
    assert.equal(job.properties["displayName"], "nightly-20260101T003000Z");
    assert.deepEqual(job.properties["inputs"], { when: literal("2026-01-01T00:30:00.000Z") });
    assert.deepEqual(job.properties["properties"], {
      "azureml.scheduleId": "nightly",
      "azureml.scheduleTriggerTime": "2026-01-01T00:30:00.000Z",
    });
    assert.equal(job.createdBy, "Ada");
    assert.equal((await engine.resources.get(SCHEDULE)).provisioningState, "Succeeded");
  });

  it("makes one job for one due time, however often it is carried out", async () => {
    await put({ trigger: HOURLY });
    const schedule = await engine.resources.get(SCHEDULE);
    const definition = engine.definitions.get("workspaces/schedules");
    now = MIDNIGHT + 30 * MINUTE_MS;
    const { signal } = new AbortController();
    await Promise.all([1, 2, 3].map(async () => definition?.reconcile?.(schedule, engine.context, signal)));
    assert.deepEqual(await jobNames(), ["nightly-20260101T003000Z"]);
  });

  it("passes over what came due while nobody was there, but not what is less than a minute late", async () => {
    await put({ trigger: HOURLY });
    now = MIDNIGHT + 5 * HOUR_MS;
    await passTo(now);
    assert.deepEqual(await jobNames(), []);
    const { lazuli } = await rendered();
    assert.deepEqual(lazuli.missed, { dueAt: "2026-01-01T00:30:00.000Z", noticedAt: "2026-01-01T05:00:00.000Z" });
    assert.equal(lazuli.nextRunAt, "2026-01-01T05:30:00.000Z");
    await passTo(MIDNIGHT + 5 * HOUR_MS + 30 * MINUTE_MS + 59_000);
    assert.deepEqual(await jobNames(), ["nightly-20260101T053000Z"]);
  });

  it("runs nothing while disabled, and only what is still to come once enabled again", async () => {
    await put({ trigger: HOURLY });
    await put({ trigger: HOURLY, isEnabled: false });
    await passTo(MIDNIGHT + 30 * MINUTE_MS);
    assert.equal((await rendered()).lazuli.nextRunAt, null);
    await put({ trigger: HOURLY, isEnabled: true });
    assert.equal((await rendered()).lazuli.nextRunAt, "2026-01-01T01:30:00.000Z");
    assert.deepEqual(await jobNames(), []);
  });

  it("runs a recurrence without a start at once, and then by its interval", async () => {
    const trigger = { triggerType: "Recurrence", frequency: "Hour", interval: 2, schedule: { hours: [], minutes: [] } };
    await put({ trigger });
    await passTo(MIDNIGHT);
    assert.deepEqual(await jobNames(), ["nightly-20260101T000000Z"]);
    assert.equal((await rendered()).lazuli.nextRunAt, "2026-01-01T02:00:00.000Z");
  });

  it("takes the definition of a job that it refers to, changed by what is given", async () => {
    const properties = {
      ...JOB,
      inputs: { when: literal("a"), where: literal("b") },
      properties: { mine: "1", "azureml.x": "2" },
    };
    await engine.resources.put({ id: `${WORKSPACE}/jobs/model`, properties, principal: USER });
    const jobDefinition = { jobType: "Command", sourceJobId: "azureml:model", inputs: { when: literal("c") } };
    await put({ trigger: HOURLY, action: { actionType: "CreateJob", jobDefinition } });
    await passTo(MIDNIGHT + 30 * MINUTE_MS);
    const job = await engine.resources.get(`${WORKSPACE}/jobs/nightly-20260101T003000Z`);
    assert.equal(job.properties["command"], JOB.command);
    assert.deepEqual(job.properties["inputs"], { when: literal("c"), where: literal("b") });
    const facts = job.properties["properties"];
    assert.ok(typeof facts === "object" && facts !== null && "mine" in facts && !("azureml.x" in facts));
    const wrong = { actionType: "CreateJob", jobDefinition: { jobType: "Pipeline", sourceJobId: "azureml:other" } };
    await assert.rejects(put({ trigger: HOURLY, action: wrong }), {
      code: "BadRequest",
      message: /Job 'azureml:other'/,
    });
  });

  it("refuses what could never run, and a deletion while it is enabled", async () => {
    await assert.rejects(put({ trigger: { triggerType: "Cron", expression: "61 * * * *" } }), { code: "BadRequest" });
    await assert.rejects(put({ trigger: HOURLY, action: create({ command: "" }) }), { code: "BadRequest" });
    await put({ trigger: HOURLY });
    await assert.rejects(engine.resources.remove(SCHEDULE, USER), { code: "Conflict" });
  });

  it("tells in its runs why there is no job, and goes on", async () => {
    await put({ trigger: HOURLY });
    isAllowed = false;
    await passTo(MIDNIGHT + 30 * MINUTE_MS);
    const { lazuli } = await rendered();
    assert.deepEqual(
      lazuli.runs.map(({ error, jobName }) => ({ error, jobName })),
      [{ error: "'Ada' may not.", jobName: null }],
    );
    assert.equal(lazuli.nextRunAt, "2026-01-01T01:30:00.000Z");
    await put({ trigger: HOURLY, action: { actionType: "CreateMonitor", monitorDefinition: { x: 1 } } });
    await passTo(MIDNIGHT + 90 * MINUTE_MS);
    assert.match(String((await rendered()).lazuli.runs[0]?.error), /only in a later release/);
  });

  it("runs once more when triggered, twice in a second too", async () => {
    await put({ trigger: HOURLY, isEnabled: false });
    const answers = [];
    for (const _ of [1, 2]) answers.push(await trigger({ scheduleTime: "2026-01-01T00:00:00.123456+00:00" }));
    const [first, second] = answers;
    assert.deepEqual(first, { submissionId: "nightly-20260101T000000Z", scheduleActionType: "CreateJob" });
    assert.notDeepEqual(first, second);
    assert.equal((await jobNames()).length, 2);
    assert.equal((await rendered()).lazuli.runs.length, 2);
  });

  async function put(properties: Record<string, unknown>): Promise<void> {
    await engine.resources.put({ id: SCHEDULE, properties: { action: create({}), ...properties }, principal: USER });
    await settled();
  }

  /** Lets the clock show a time, and waits until all that is due then is done. */
  async function passTo(time: number): Promise<void> {
    now = time;
    engine.resources.wake(SCHEDULE);
    await settled();
  }

  async function settled(): Promise<void> {
    const deadline = Date.now() + WAIT_MS_MAX;
    for (;;) {
      const { state, provisioningState } = await engine.resources.get(SCHEDULE);
      const dueAt = state["dueAt"];
      if (provisioningState === "Succeeded" && (typeof dueAt !== "number" || dueAt > now)) return;
      assert.ok(Date.now() < deadline, `The schedule does not settle: ${JSON.stringify(state)}`);
      await delay(2);
    }
  }

  async function jobNames(): Promise<string[]> {
    const page = await engine.resources.list({ parentKey: WORKSPACE, type: "workspaces/jobs" });
    return page.items.map(({ name }) => name).filter((name) => name.startsWith("nightly"));
  }

  async function rendered() {
    const definition = engine.definitions.get("workspaces/schedules");
    const shown = await definition?.render?.(await engine.resources.get(SCHEDULE), engine.context);
    const { lazuli } = shownSchema.parse(shown);
    return { lazuli };
  }

  async function trigger(body: unknown): Promise<unknown> {
    const definition = engine.definitions.get("workspaces/schedules");
    const resource = await engine.resources.get(SCHEDULE);
    return definition?.actions?.["trigger"]?.({ resource, body, query: {}, principal: USER }, engine.context);
  }
});

const shownSchema = z.object({
  lazuli: z.looseObject({
    nextRunAt: z.string().nullable(),
    missed: z.unknown(),
    runs: z.array(z.object({ jobName: z.string().nullable(), error: z.string().nullable() })),
  }),
});

function create(more: Record<string, unknown>) {
  return { actionType: "CreateJob", jobDefinition: { ...JOB, ...more } };
}

function literal(value: string) {
  return { jobInputType: "literal", value };
}
