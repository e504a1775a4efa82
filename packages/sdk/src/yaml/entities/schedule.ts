import { listOrOne } from "../adapting-codec.ts";
import { anything, boolean, integer, text, word, type Codec } from "../codec.ts";
import { group, isRecord, list, record, renamed, required, shown, unsent, variants } from "../composite-codec.ts";
import { defineEntity } from "./entity.ts";
import { jobEntity } from "./job.ts";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const WEEK_DAY = word(
  Object.fromEntries(DAYS.map((day) => [day, day.replace(/^./, (letter) => letter.toUpperCase())])),
);

const TIMES = { start_time: text("a time"), end_time: text("a time"), time_zone: text("a time zone") };

const PATTERN = group("a recurrence pattern", {
  hours: required(listOrOne(list(integer({ min: 0, max: 23 })))),
  minutes: required(listOrOne(list(integer({ min: 0, max: 59 })))),
  week_days: listOrOne(list(WEEK_DAY)),
  month_days: listOrOne(list(integer({ min: 1, max: 31 }))),
});

const TRIGGER = variants("a trigger", {
  key: "type",
  arm: "triggerType",
  cases: {
    cron: {
      arm: "Cron",
      codec: group("a cron trigger", { ...TIMES, expression: required(text("a cron expression")) }),
    },
    recurrence: {
      arm: "Recurrence",
      codec: group("a recurrence trigger", {
        ...TIMES,
        frequency: required(word({ minute: "Minute", hour: "Hour", day: "Day", week: "Week", month: "Month" })),
        interval: required(integer({ min: 1 })),
        schedule: renamed("schedule", PATTERN),
        pattern: unsent(PATTERN),
      }),
    },
  },
});

/** `schedule` and `pattern` are two names of one key. */
const TRIGGER_WITH_PATTERN: Codec = {
  ...TRIGGER,
  read(value, place) {
    const read = TRIGGER.read(value, place);
    if (!isRecord(read) || read["pattern"] === undefined) return read;
    const { pattern, ...rest } = read;
    return { ...rest, schedule: rest["schedule"] ?? pattern };
  },
};

/**
 * What a schedule runs: the path of a job's file, `azureml:` and a job's name, a job written in place, or either of the
 * first two as `job` with keys that change it. Reading files and merging is done before the job itself is checked, so
 * here the value is only kept.
 */
const CREATE_JOB: Codec = {
  ...anything(),
  read(value, place) {
    if (typeof value === "string" || isRecord(value)) return value;
    place.report(place.path, "'create_job' must be the path of a job's file, 'azureml:<job>', or keys of a job.");
    return undefined;
  },
  toArm(value) {
    if (!isRecord(value)) return value;
    const { source_job_id: sourceJobId, ...job } = value;
    const jobDefinition = jobEntity.toBody(job).properties;
    return {
      actionType: "CreateJob",
      jobDefinition: sourceJobId === undefined ? jobDefinition : { ...jobDefinition, sourceJobId },
    };
  },
  fromArm(value) {
    const definition = isRecord(value) && isRecord(value["jobDefinition"]) ? value["jobDefinition"] : undefined;
    if (definition === undefined) return undefined;
    const shownJob = jobEntity.codec.fromArm(definition);
    const source = definition["sourceJobId"];
    if (!isRecord(shownJob) || typeof source !== "string") return shownJob;
    return { ...shownJob, job: `azureml:${source.split("/").at(-1)}` };
  },
};

/** Other things that a schedule of Azure may do: kept as data, for the platform to say what it makes of them. */
function otherAction(actionType: string, definition: string): Codec {
  return {
    ...anything(),
    toArm: (value) => ({ actionType, [definition]: value }),
    fromArm: (value) => (isRecord(value) && value["actionType"] === actionType ? value[definition] : undefined),
  };
}

const ACTIONS = ["create_job", "create_monitor", "import_data"];

const SHAPE = group(
  "a schedule",
  {
    name: unsent(text()),
    type: unsent(text()),
    display_name: text(),
    description: text(),
    tags: record(text()),
    properties: record(text()),
    trigger: required(TRIGGER_WITH_PATTERN),
    create_job: renamed("action", CREATE_JOB),
    create_monitor: renamed("action", otherAction("CreateMonitor", "monitorDefinition")),
    import_data: renamed("action", otherAction("ImportData", "dataImportDefinition")),
    is_enabled: boolean(),
    provisioning_state: shown("provisioningState", text()),
    next_run_at: shown("lazuli.nextRunAt", text()),
    next_runs: shown("lazuli.nextRuns", anything()),
    last_run_at: shown("lazuli.lastRunAt", text()),
    runs: shown("lazuli.runs", anything()),
    missed: shown("lazuli.missed", anything()),
    status_reason: shown("lazuli.reason", text()),
  },
  { root: true },
);

const SCHEDULE: Codec = {
  ...SHAPE,
  read(value, place) {
    const read = SHAPE.read(value, place);
    if (!isRecord(value)) return read;
    const given = ACTIONS.filter((key) => value[key] !== undefined);
    if (given.length === 0) place.report(place.path, "'create_job' is missing from a schedule.");
    if (given.length > 1) place.report(place.path, `A schedule has one of ${ACTIONS.join(", ")}, not several.`);
    return read;
  },
};

export const scheduleEntity = defineEntity({ noun: "schedule", what: "a schedule", codec: SCHEDULE });
