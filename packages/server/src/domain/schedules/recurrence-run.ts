import type { RecurrencePattern, RecurrenceTrigger } from "@lazuli/contract/resources/schedule.ts";

import { nextAtWall } from "./cron-run.ts";
import type { ZonedTime } from "./zoned-time.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Days that are looked through for one that fits: enough for every 99th month's 31st. */
const DAYS_MAX = 366 * 40;
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** A recurrence with what it counts from. */
export interface Recurrence {
  readonly trigger: RecurrenceTrigger;
  readonly zone: ZonedTime;
  /** The instant it starts: its start time, or when it was made. */
  readonly startsAt: number;
}

/** The first instant after another, not before the start. */
export function nextRecurrenceRun(recurrence: Recurrence, after: number): number | undefined {
  const { trigger, zone, startsAt } = recurrence;
  const from = Math.max(after, startsAt - 1);
  if (trigger.frequency === "Minute") return nextElapsed(startsAt, trigger.interval * MINUTE_MS, from);
  if (trigger.frequency === "Hour") return nextHourly(recurrence, from);
  return nextAtWall(wallSearch(recurrence, zone.wallOf(startsAt)), zone, from);
}

function nextElapsed(startsAt: number, stepMs: number, after: number): number {
  return startsAt + Math.max(0, Math.floor((after - startsAt) / stepMs) + 1) * stepMs;
}

/** Every so many hours at the start's minute, or at the pattern's minutes of those hours. */
function nextHourly({ trigger, zone, startsAt }: Recurrence, after: number): number {
  const stepMs = trigger.interval * HOUR_MS;
  const minutes = trigger.schedule?.minutes ?? [];
  if (minutes.length === 0) return nextElapsed(startsAt, stepMs, after);
  const firstHour = startsAt - (zone.wallOf(startsAt) % HOUR_MS);
  const candidates = minutes.map((minute) => {
    const first = firstHour + minute * MINUTE_MS;
    return nextElapsed(first, stepMs, Math.max(after, startsAt - 1));
  });
  return Math.min(...candidates);
}

/** The times of day that a pattern names, in milliseconds, ascending; the start's where it names none. */
function timesOfDay(pattern: RecurrencePattern | null | undefined, start: number): number[] {
  const hours = listed(pattern?.hours) ?? [Math.floor(start / HOUR_MS) % 24];
  const minutes = listed(pattern?.minutes) ?? [Math.floor(start / MINUTE_MS) % 60];
  const restMs = listed(pattern?.minutes) === undefined ? start % MINUTE_MS : 0;
  const times = hours.flatMap((hour) => minutes.map((minute) => hour * HOUR_MS + minute * MINUTE_MS + restMs));
  return [...new Set(times)].toSorted((one, other) => one - other);
}

function wallSearch({ trigger }: Recurrence, start: number): (after: number) => number | undefined {
  const times = timesOfDay(trigger.schedule, start);
  const fits = dayTest(trigger, start);
  const startDay = Math.floor(start / DAY_MS);
  return (after) => {
    const first = Math.max(Math.floor(after / DAY_MS), startDay);
    for (let day = first; day < first + DAYS_MAX; day += 1) {
      if (!fits(day)) continue;
      const time = times.find((one) => day * DAY_MS + one > after && day * DAY_MS + one >= start);
      if (time !== undefined) return day * DAY_MS + time;
    }
    return undefined;
  };
}

/** Whether a day, counted from 1970, is one of the recurrence: in its turn, and named by the pattern. */
function dayTest(trigger: RecurrenceTrigger, start: number): (day: number) => boolean {
  const startDay = Math.floor(start / DAY_MS);
  const { frequency, interval, schedule } = trigger;
  const weekDays = listed(schedule?.weekDays)?.map((name) => WEEKDAYS.indexOf(name.toLowerCase()));
  const monthDays = listed(schedule?.monthDays);
  if (frequency === "Day") {
    return (day) =>
      (day - startDay) % interval === 0 && isListed(weekDays, weekdayOf(day)) && isListed(monthDays, dayOfMonth(day));
  }
  if (frequency === "Week") {
    const wanted = weekDays ?? [weekdayOf(startDay)];
    return (day) =>
      (weekOf(day) - weekOf(startDay)) % interval === 0 &&
      wanted.includes(weekdayOf(day)) &&
      isListed(monthDays, dayOfMonth(day));
  }
  const wanted = monthDays ?? (weekDays === undefined ? [dayOfMonth(startDay)] : undefined);
  return (day) =>
    (monthOf(day) - monthOf(startDay)) % interval === 0 &&
    isListed(wanted, dayOfMonth(day)) &&
    isListed(weekDays, weekdayOf(day));
}

function listed<Value>(values: readonly Value[] | null | undefined): readonly Value[] | undefined {
  return values === null || values === undefined || values.length === 0 ? undefined : values;
}

function isListed(values: readonly number[] | undefined, value: number): boolean {
  return values === undefined || values.includes(value);
}

/** 0 is Sunday; 1 January 1970 was a Thursday. */
function weekdayOf(day: number): number {
  return (day + 4) % 7;
}

/** Weeks begin on Monday. */
function weekOf(day: number): number {
  return Math.floor((day + 3) / 7);
}

function dayOfMonth(day: number): number {
  return new Date(day * DAY_MS).getUTCDate();
}

function monthOf(day: number): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
