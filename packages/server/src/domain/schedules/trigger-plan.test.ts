import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { scheduleTriggerSchema } from "@lazuli/contract/resources/schedule.ts";
import fc from "fast-check";

import { planTrigger, type TriggerPlan } from "./trigger-plan.ts";
import { findTimeZone } from "./windows-time-zones.ts";
import { ZonedTime } from "./zoned-time.ts";

const CREATED = Date.parse("2019-01-01T00:00:00Z");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CHICAGO = { timeZone: "Central Standard Time" };

describe("a cron trigger", () => {
  it("runs by the clock of its time zone, Windows name or IANA name", () => {
    const expected = ["2019-01-01T08:30:00.000Z", "2019-01-02T08:30:00.000Z"];
    assert.deepEqual(runs(cron("30 2 * * *", CHICAGO), { from: "2019-01-01T00:00:00Z", count: 2 }), expected);
    const iana = cron("30 2 * * *", { timeZone: "america/chicago" });
    assert.deepEqual(runs(iana, { from: "2019-01-01T00:00:00Z", count: 2 }), expected);
  });

  it("moves a time that the change to summer skips on by an hour, that day alone", () => {
    assert.deepEqual(runs(cron("30 2 * * *", CHICAGO), { from: "2019-03-09T00:00:00Z", count: 3 }), [
      "2019-03-09T08:30:00.000Z",
      "2019-03-10T08:30:00.000Z",
      "2019-03-11T07:30:00.000Z",
    ]);
    assert.deepEqual(runs(cron("30 2,3 * * *", CHICAGO), { from: "2019-03-10T00:00:00Z", count: 2 }), [
      "2019-03-10T08:30:00.000Z",
      "2019-03-11T07:30:00.000Z",
    ]);
    assert.deepEqual(runs(cron("0,30 2,3 * * *", CHICAGO), { from: "2019-03-10T00:00:00Z", count: 3 }), [
      "2019-03-10T08:00:00.000Z",
      "2019-03-10T08:30:00.000Z",
      "2019-03-11T07:00:00.000Z",
    ]);
  });

  it("runs once at a time that comes twice in autumn, at the first", () => {
    assert.deepEqual(runs(cron("30 1 * * *", CHICAGO), { from: "2019-11-02T00:00:00Z", count: 3 }), [
      "2019-11-02T06:30:00.000Z",
      "2019-11-03T06:30:00.000Z",
      "2019-11-04T07:30:00.000Z",
    ]);
  });

  it("keeps its beat through both changes when it runs every hour", () => {
    for (const from of ["2019-03-10T05:00:00Z", "2019-11-03T04:00:00Z"]) {
      const instants = runs(cron("*/30 * * * *", CHICAGO), { from, count: 12 }).map((run) => Date.parse(run));
      const steps = new Set(instants.slice(1).map((instant, index) => instant - (instants[index] ?? 0)));
      assert.deepEqual([...steps], [HOUR_MS / 2]);
    }
  });

  it("runs neither before its start nor after its end, which are times of its zone", () => {
    const limits = { startTime: "2019-02-01T12:00:00", endTime: "2019-02-03 02:30:00", ...CHICAGO };
    assert.deepEqual(runs(cron("30 2 * * *", limits), { from: "2019-01-01T00:00:00Z", count: 5 }), [
      "2019-02-02T08:30:00.000Z",
      "2019-02-03T08:30:00.000Z",
    ]);
    const offset = { startTime: "2019-02-01T12:00:00-04:00", ...CHICAGO };
    assert.deepEqual(runs(cron("0 * * * *", offset), { from: "2019-01-01T00:00:00Z", count: 1 }), [
      "2019-02-01T16:00:00.000Z",
    ]);
  });

  it("says everything that is wrong with it at once", () => {
    const wrong = cron("0 25 * * *", { timeZone: "Mars", startTime: "tomorrow" });
    const issues = planTrigger(wrong, CREATED);
    assert.ok(!("nextRun" in issues));
    assert.deepEqual(
      issues.map(({ target }) => target),
      ["properties.trigger.timeZone", "properties.trigger.startTime", "properties.trigger.expression"],
    );
    for (const expression of ["* * * *", "0 0 30 2 *", "@daily", "x * * * *"]) {
      assert.ok(!("nextRun" in planTrigger(cron(expression), CREATED)), expression);
    }
  });
});

describe("a recurrence trigger", () => {
  it("runs at once and then counts from there when it has neither start nor pattern", () => {
    const trigger = recurrence({ frequency: "hour", interval: 6, schedule: { hours: [], minutes: [] } });
    assert.deepEqual(runs(trigger, { from: new Date(CREATED - 1).toISOString(), count: 3 }), [
      "2019-01-01T00:00:00.000Z",
      "2019-01-01T06:00:00.000Z",
      "2019-01-01T12:00:00.000Z",
    ]);
  });

  it("counts from a start in the past and leaves out what was before", () => {
    const trigger = recurrence({ frequency: "day", interval: 2, startTime: "2017-09-07T14:00:00Z" });
    assert.deepEqual(runs(trigger, { from: "2017-09-08T13:00:00Z", count: 2 }), [
      "2017-09-09T14:00:00.000Z",
      "2017-09-11T14:00:00.000Z",
    ]);
  });

  it("runs at each hour and minute of its pattern", () => {
    const trigger = recurrence({
      frequency: "day",
      interval: 1,
      schedule: { hours: [10, 4], minutes: [0, 30] },
      startTime: "2022-07-10T10:00:00",
      timeZone: "Pacific Standard Time",
    });
    assert.deepEqual(runs(trigger, { from: "2022-07-10T00:00:00Z", count: 4 }), [
      "2022-07-10T17:00:00.000Z",
      "2022-07-10T17:30:00.000Z",
      "2022-07-11T11:00:00.000Z",
      "2022-07-11T11:30:00.000Z",
    ]);
  });

  it("takes the start's hour or minute where the pattern names none", () => {
    const trigger = recurrence({
      frequency: "week",
      interval: 2,
      schedule: { hours: [], minutes: [], weekDays: ["tuesday", "Thursday"] },
      startTime: "2019-01-01T17:20:00",
    });
    assert.deepEqual(runs(trigger, { from: "2018-01-01T00:00:00Z", count: 4 }), [
      "2019-01-01T17:20:00.000Z",
      "2019-01-03T17:20:00.000Z",
      "2019-01-15T17:20:00.000Z",
      "2019-01-17T17:20:00.000Z",
    ]);
  });

  it("passes over months that lack the day", () => {
    const trigger = recurrence({ frequency: "month", interval: 1, startTime: "2019-01-31T08:00:00" });
    assert.deepEqual(runs(trigger, { from: "2019-01-01T00:00:00Z", count: 3 }), [
      "2019-01-31T08:00:00.000Z",
      "2019-03-31T08:00:00.000Z",
      "2019-05-31T08:00:00.000Z",
    ]);
  });

  it("runs at chosen minutes of every third hour", () => {
    const trigger = recurrence({
      frequency: "hour",
      interval: 3,
      schedule: { hours: [], minutes: [5, 35] },
      startTime: "2019-01-01T10:20:00",
    });
    assert.deepEqual(runs(trigger, { from: "2019-01-01T00:00:00Z", count: 3 }), [
      "2019-01-01T10:35:00.000Z",
      "2019-01-01T13:05:00.000Z",
      "2019-01-01T13:35:00.000Z",
    ]);
  });

  it("refuses a pattern that its frequency has no use for", () => {
    const trigger = recurrence({ frequency: "minute", interval: 5, schedule: { hours: [3], minutes: [] } });
    const issues = planTrigger(trigger, CREATED);
    assert.ok(!("nextRun" in issues));
    assert.deepEqual(
      issues.map(({ target }) => target),
      ["properties.trigger.schedule.hours"],
    );
  });
});

describe("any trigger", () => {
  const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu");
  const clockTime = { hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) };
  const triggers = fc.oneof(
    fc
      .record({ zone: zones, ...clockTime })
      .map(({ zone, hour, minute }) => cron(`${minute} ${hour} * * *`, { timeZone: zone })),
    fc
      .record({ zone: zones, step: fc.integer({ min: 1, max: 59 }) })
      .map(({ zone, step }) => cron(`*/${step} * * * 1-5`, { timeZone: zone })),
    fc
      .record({
        timeZone: zones,
        frequency: fc.constantFrom("Minute", "Hour", "Day", "Week", "Month"),
        interval: fc.integer({ min: 1, max: 9 }),
        startTime: fc.constantFrom("2019-01-29T01:30:00", "2018-10-28T02:30:00"),
      })
      .map(recurrence),
  );
  const instants = fc.integer({ min: CREATED, max: CREATED + 365 * DAY_MS });

  it("has one next run, later than now, wherever between two runs one asks", () => {
    fc.assert(
      fc.property(triggers, instants, fc.double({ min: 0, max: 1, noNaN: true }), (trigger, after, share) => {
        const plan = planOf(trigger);
        const next = plan.nextRun(after);
        assert.ok(next !== undefined && next > after);
        const between = after + Math.floor((next - 1 - after) * share);
        assert.equal(plan.nextRun(between), next);
      }),
      { numRuns: 300 },
    );
  });

  it("runs once on every day of the calendar when it names one time of day", () => {
    fc.assert(
      fc.property(zones, clockTime.hour, clockTime.minute, (timeZone, hour, minute) => {
        const zone = new ZonedTime(findTimeZone(timeZone) ?? "UTC");
        const plan = planOf(cron(`${minute} ${hour} * * *`, { timeZone, startTime: "2018-01-01T00:00:00" }));
        let at = plan.nextRun(zone.instantOf(CREATED) - 1) ?? 0;
        for (let day = 0; day < 366; day += 1) {
          assert.equal(Math.floor(zone.wallOf(at) / DAY_MS), CREATED / DAY_MS + day);
          at = plan.nextRun(at) ?? 0;
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe("Windows time zones", () => {
  it("are all known to this runtime", () => {
    for (const name of ["W. Europe Standard Time", "Turks And Caicos Standard Time", "utc-11", "Tonga Standard Time"]) {
      const zone = findTimeZone(name);
      assert.ok(zone !== undefined, name);
      assert.ok(Number.isFinite(new ZonedTime(zone).wallOf(CREATED)));
    }
    assert.equal(findTimeZone("Nowhere"), undefined);
  });
});

function cron(expression: string, more: Record<string, unknown> = {}) {
  return scheduleTriggerSchema.parse({ triggerType: "Cron", expression, ...more });
}

function recurrence(fields: Record<string, unknown>) {
  return scheduleTriggerSchema.parse({ triggerType: "Recurrence", ...fields });
}

function planOf(trigger: Parameters<typeof planTrigger>[0]): TriggerPlan {
  const plan = planTrigger(trigger, CREATED);
  assert.ok("nextRun" in plan, JSON.stringify(plan));
  return plan;
}

function runs(trigger: Parameters<typeof planTrigger>[0], options: { from: string; count: number }): string[] {
  const plan = planOf(trigger);
  const found: string[] = [];
  let at: number | undefined = Date.parse(options.from);
  while (found.length < options.count) {
    at = plan.nextRun(at);
    if (at === undefined) return found;
    found.push(new Date(at).toISOString());
  }
  return found;
}
