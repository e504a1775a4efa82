import type { ScheduleTrigger } from "@lazuli/contract/resources/schedule.ts";

import type { Issue } from "../issue.ts";
import { nextCronRun, parseCron } from "./cron-run.ts";
import { parseTime } from "./parse-wall-time.ts";
import { nextRecurrenceRun } from "./recurrence-run.ts";
import { findTimeZone } from "./windows-time-zones.ts";
import { ZonedTime } from "./zoned-time.ts";

/** A trigger that has been understood: it names its runs. */
export interface TriggerPlan {
  /** IANA name. */
  readonly timeZone: string;
  /** When it ends, if ever. */
  readonly endsAt: number | undefined;
  /** The first run after an instant; `undefined` when there is none any more. */
  nextRun(after: number): number | undefined;
}

/**
 * Understands a trigger, or says everything that is wrong with it.
 *
 * @param createdAt Stands for a start time that is not given: a recurrence without a pattern runs then for the first
 *   time and counts from it.
 */
export function planTrigger(trigger: ScheduleTrigger, createdAt: number): TriggerPlan | readonly Issue[] {
  const issues: Issue[] = [];
  const report = (field: string, message: string) =>
    issues.push({ code: "InvalidTrigger", message, target: `properties.trigger.${field}` });
  const zoneName = trigger.timeZone ?? "UTC";
  const timeZone = findTimeZone(zoneName);
  if (timeZone === undefined) {
    report(
      "timeZone",
      `'${zoneName}' is no time zone: use a Windows name as 'W. Europe Standard Time' or an IANA name as 'Europe/Berlin'.`,
    );
  }
  const zone = new ZonedTime(timeZone ?? "UTC");
  const read = (field: "startTime" | "endTime") => {
    const text = trigger[field];
    if (text === null || text === undefined || text === "") return undefined;
    const instant = parseTime(text, zone);
    if (instant === undefined)
      report(
        field,
        `'${text}' is no time: write it as 2026-01-31T08:00:00, with an offset if it is not of the schedule's time zone.`,
      );
    return instant;
  };
  const startsAt = read("startTime");
  const endsAt = read("endTime");
  if (startsAt !== undefined && endsAt !== undefined && endsAt <= startsAt) {
    report("endTime", `The end '${trigger.endTime ?? ""}' is not after the start '${trigger.startTime ?? ""}'.`);
  }
  const next = search(trigger, { zone, startsAt: startsAt ?? createdAt, report });
  if (issues.length > 0 || next === undefined) return issues;
  return {
    timeZone: timeZone ?? "UTC",
    endsAt,
    nextRun(after) {
      const run = next(after);
      return run === undefined || (endsAt !== undefined && run > endsAt) ? undefined : run;
    },
  };
}

type Search = (after: number) => number | undefined;

function search(
  trigger: ScheduleTrigger,
  parts: { zone: ZonedTime; startsAt: number; report: (field: string, message: string) => void },
): Search | undefined {
  const { zone, startsAt, report } = parts;
  if (trigger.triggerType === "Cron") {
    const cron = parseCron(trigger.expression);
    if (typeof cron !== "string") return (after) => nextCronRun(cron, zone, Math.max(after, startsAt - 1));
    report("expression", cron);
    return undefined;
  }
  const unused = unusedParts(trigger.frequency, trigger.schedule ?? {});
  for (const part of unused) {
    report(
      `schedule.${part}`,
      `A schedule that recurs by the ${trigger.frequency.toLowerCase()} cannot choose '${part}': use the frequency 'day', 'week' or 'month', or a cron expression.`,
    );
  }
  return (after) => nextRecurrenceRun({ trigger, zone, startsAt }, after);
}

const PATTERN_PARTS = ["hours", "minutes", "weekDays", "monthDays"] as const;

function unusedParts(frequency: string, schedule: Readonly<Record<string, unknown>>): readonly string[] {
  if (frequency !== "Minute" && frequency !== "Hour") return [];
  const given = PATTERN_PARTS.filter((part) => {
    const value = schedule[part];
    return Array.isArray(value) && value.length > 0;
  });
  return frequency === "Hour" ? given.filter((part) => part !== "minutes") : given;
}
