import { integer, text, word, type Codec } from "../codec.ts";
import { group, isRecord, list, renamed, required, variants } from "../composite-codec.ts";

const TIMES = { start_time: text(), end_time: text(), time_zone: text() };

const TRIGGER = variants("a trigger", {
  key: "type",
  arm: "triggerType",
  cases: {
    cron: { arm: "Cron", codec: group("a cron trigger", { ...TIMES, expression: required(text()) }) },
    recurrence: {
      arm: "Recurrence",
      codec: group("a recurrence trigger", {
        ...TIMES,
        frequency: required(word({ minute: "Minute", hour: "Hour", day: "Day", week: "Week", month: "Month" })),
        interval: required(integer({ min: 1 })),
        schedule: group("a recurrence schedule", {
          hours: list(integer({ min: 0, max: 23 })),
          minutes: list(integer({ min: 0, max: 59 })),
          week_days: list(text()),
          month_days: list(integer({ min: 1, max: 31 })),
        }),
      }),
    },
  },
});

const SHAPE = group("a start or stop schedule", {
  action: required(word({ start: "Start", stop: "Stop" })),
  state: renamed("status", word({ enabled: "Enabled", disabled: "Disabled" })),
  trigger: required(TRIGGER),
});

/** When a compute instance starts and stops by itself. ARM puts the trigger under its own kind: `cron: {…}`. */
export const COMPUTE_SCHEDULE: Codec = {
  ...SHAPE,
  toArm(value) {
    const body = SHAPE.toArm(value);
    if (!isRecord(body) || !isRecord(body["trigger"])) return body;
    const { trigger, ...rest } = body;
    const kind = String(trigger["triggerType"]);
    return { status: "Enabled", ...rest, triggerType: kind, [kind.toLowerCase()]: trigger };
  },
  fromArm(value) {
    if (!isRecord(value)) return value;
    return SHAPE.fromArm({ ...value, trigger: value["cron"] ?? value["recurrence"] });
  },
};
