import { PlatformError } from "@lazuli/contract/errors.ts";
import { createSchedule } from "@lazuli/sdk/submit/create-entity.ts";
import { locateProblems } from "@lazuli/sdk/submit/locate-problems.ts";
import type { Command } from "commander";

import {
  addNoun,
  NO_WAIT,
  SET,
  UPDATE_OPTIONS,
  WORKSPACE_OPTIONS,
  YES,
  type CommandSpec,
  type OptionSpec,
} from "../command-spec.ts";
import type { Options } from "../options.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";
import { changing, deleteResource, envelopeOf, listEntities, readDocument, render } from "./entity-actions.ts";
import { updateEntity } from "./update-entity.ts";

const NAME: OptionSpec = ["-n, --name <name>", "Name of the schedule."];

const COMMANDS: readonly CommandSpec[] = [
  {
    name: "create",
    summary: "Create or replace a schedule from a YAML file: when it runs, and which job.",
    options: [["-f, --file <path>", "YAML file of the schedule."], NAME, SET, NO_WAIT, ...WORKSPACE_OPTIONS],
    examples: [
      ["schedule create -f nightly.yml", "The job may lie in a file of its own, or be one that ran before"],
      ["schedule create -f nightly.yml --set trigger.time_zone='W. Europe Standard Time'", "By another clock"],
    ],
    run: create,
  },
  {
    name: "list",
    summary: "List schedules that are enabled.",
    options: [
      ["-r, --max-results <count>", "List no more than this."],
      ["--include-disabled", "Also those that are disabled."],
      ["--disabled-only", "Only those that are disabled."],
      ...WORKSPACE_OPTIONS,
    ],
    columns: ["name", "is_enabled", "trigger.type", "next_run_at", "last_run_at", "status_reason"],
    examples: [["schedule list --include-disabled -o table", "All, with their next runs"]],
    run: (session, options) =>
      listEntities(session, "schedule", {
        collection: `${session.workspaceId}/schedules`,
        query: { listViewType: viewOf(options) },
      }),
  },
  {
    name: "show",
    summary: "Show a schedule: its job, its next runs and those that were.",
    options: [NAME, ...WORKSPACE_OPTIONS],
    examples: [["schedule show -n nightly --query next_run_at -o tsv", "When it runs next"]],
    run: async (session) => render("schedule", await session.client.get(idOf(session))),
  },
  {
    name: "update",
    summary: "Change keys of a schedule.",
    options: [NAME, ...UPDATE_OPTIONS, NO_WAIT, ...WORKSPACE_OPTIONS],
    examples: [["schedule update -n nightly --set trigger.expression='0 3 * * *'", "Another hour"]],
    run: (session) => updateEntity(session, { noun: "schedule", id: idOf(session) }),
  },
  {
    name: "delete",
    summary: "Delete a schedule; jobs that it made stay. Disable it first.",
    options: [NAME, NO_WAIT, YES, ...WORKSPACE_OPTIONS],
    examples: [["schedule delete -n nightly --yes", "Delete without a question"]],
    run: (session, options) => deleteResource(session, idOf(session), `schedule '${options.requireText("name")}'`),
  },
  ...([true, false] as const).map((isEnabled): CommandSpec => ({
    name: isEnabled ? "enable" : "disable",
    summary: isEnabled ? "Let a schedule run." : "Let a schedule rest: it is kept, and makes no jobs.",
    options: [NAME, NO_WAIT, ...WORKSPACE_OPTIONS],
    examples: [[`schedule ${isEnabled ? "enable" : "disable"} -n nightly`, isEnabled ? "Let it run" : "Let it rest"]],
    run: (session) => setEnabled(session, isEnabled),
  })),
  {
    name: "trigger",
    summary: "Run a schedule's job once, now.",
    options: [NAME, ["--schedule-time <time>", "The time that the run is for. Default: now."], ...WORKSPACE_OPTIONS],
    examples: [["schedule trigger -n nightly --query job_name -o tsv", "The name of the job it made"]],
    run: trigger,
  },
];

export function register(program: Command): void {
  addNoun(program, { name: "schedule", summary: "Schedules: jobs at certain times.", commands: COMMANDS });
}

async function create(session: Session, options: Options): Promise<unknown> {
  options.requireText("file");
  const document = await readDocument(session, { noun: "schedule", flags: { name: options.text("name") } });
  const context = session.submitContext(options.text("file"));
  const name = String(document.value["name"] ?? "");
  const created = await changing(session, `Schedule '${name}'`, (change) =>
    locateProblems(document, () => createSchedule(context, document.value, change)),
  );
  return options.isSet("noWait") ? undefined : render("schedule", created);
}

/** Only the one property changes. */
async function setEnabled(session: Session, isEnabled: boolean): Promise<unknown> {
  const id = idOf(session);
  const found = await session.client.get(id);
  const body = { ...envelopeOf(found), properties: { ...found.properties, isEnabled } };
  const changed = await changing(session, `Schedule '${found.name}'`, (change) => session.client.put(id, body, change));
  return session.options.isSet("noWait") ? undefined : render("schedule", changed);
}

async function trigger(session: Session, options: Options): Promise<unknown> {
  const scheduleTime = options.text("scheduleTime");
  const answer = asRecord(
    await session.client.post(idOf(session), "trigger", { body: scheduleTime === undefined ? {} : { scheduleTime } }),
  );
  const { submissionId, scheduleActionType } = answer;
  if (typeof submissionId !== "string") {
    throw new PlatformError("Internal", `The schedule made no job: ${JSON.stringify(answer)}.`);
  }
  return { job_name: submissionId, schedule_action_type: scheduleActionType };
}

function viewOf(options: Options): string {
  if (options.isSet("disabledOnly")) return "DisabledOnly";
  return options.isSet("includeDisabled") ? "All" : "EnabledOnly";
}

function idOf(session: Session): string {
  return `${session.workspaceId}/schedules/${session.options.requireText("name")}`;
}
