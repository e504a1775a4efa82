import { PlatformError } from "@lazuli/contract/errors.ts";
import { childId, parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";
import { z } from "zod";

import type { Resources } from "../../engine/resources/resources.ts";

const ANSWERED = ["status", "services", "lazuli", "provisioningState", "parentJobName", "isArchived"];
/** Fields whose members are changed one by one; any other is replaced as a whole. */
const MERGED = ["inputs", "outputs", "settings", "tags", "properties", "conf", "limits", "resources"];
/** Facts that the platform wrote about the run that was. */
const RUN_FACT = /^(azureml|_azureml|lazuli|mlflow)\./i;

const objectSchema = z.record(z.string(), z.unknown());

export type JobDefinition = Record<string, unknown>;

/** The whole definition: that of the job referred to, if any, changed by what is given beside it. */
export async function completeDefinition(
  definition: JobDefinition,
  options: { workspaceId: string; resources: Resources },
): Promise<JobDefinition> {
  const given = withoutAnswers(definition);
  const source = given["sourceJobId"];
  if (typeof source !== "string" || source === "") return given;
  const job = await options.resources.find(jobIdOf(source, options.workspaceId));
  if (job === undefined || job.type !== "workspaces/jobs") {
    throw new PlatformError(
      "BadRequest",
      `Job '${source}', whose definition the schedule is to take, does not exist.`,
      {
        target: "properties.action.jobDefinition.sourceJobId",
        azureCode: "UserError",
      },
    );
  }
  const type = given["jobType"];
  if (hasOwnContent(given) && type !== undefined && type !== job.properties["jobType"]) {
    throw new PlatformError(
      "BadRequest",
      `Job '${source}' is of type '${String(job.properties["jobType"])}', not '${String(type)}' as the schedule says.`,
      { target: "properties.action.jobDefinition.jobType", azureCode: "UserError" },
    );
  }
  return merge(withoutFacts(withoutAnswers(job.properties)), { ...given, jobType: job.properties["jobType"] });
}

/** The definition as the job of one run gets it: macros filled in, and where it comes from noted. */
export function definitionOfRun(
  definition: JobDefinition,
  run: { scheduleName: string; jobName: string; dueAt: number },
): JobDefinition {
  const triggerTime = new Date(run.dueAt).toISOString();
  const { sourceJobId: _, ...rest } = definition;
  const properties = objectSchema.safeParse(definition["properties"]);
  const macros = new Map([
    ["creation_context.trigger_time", triggerTime],
    ["name", run.jobName],
  ]);
  return {
    ...rest,
    ...(rest["inputs"] !== undefined && { inputs: fillInputs(rest["inputs"], macros) }),
    displayName: run.jobName,
    properties: {
      ...(properties.success && properties.data),
      "azureml.scheduleId": run.scheduleName,
      "azureml.scheduleTriggerTime": triggerTime,
    },
  };
}

/** `name-20260131T080000Z`, as Azure names the jobs of its schedules. */
export function jobNameOf(scheduleName: string, dueAt: number): string {
  const stamp = new Date(dueAt).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${scheduleName}-${stamp}`;
}

function jobIdOf(source: string, workspaceId: string): string {
  const name = source.replace(/^azureml:/i, "");
  if (!name.startsWith("/")) return childId(workspaceId, "jobs", name);
  const id = renderResourceId(parseResourceId(name));
  if (renderResourceId(rootId(parseResourceId(id))).toLowerCase() === workspaceId.toLowerCase()) return id;
  throw new PlatformError("BadRequest", `Job '${name}' is not of this workspace; a schedule runs jobs of its own.`, {
    target: "properties.action.jobDefinition.sourceJobId",
    azureCode: "UserError",
  });
}

/** A bare reference says 'Pipeline' whatever the job is: Azure's client has no other way to refer. */
function hasOwnContent(given: JobDefinition): boolean {
  return Object.keys(given).some((field) => !["jobType", "sourceJobId", "experimentName"].includes(field));
}

function withoutAnswers(definition: JobDefinition): JobDefinition {
  const entries = Object.entries(definition).filter(
    ([field, value]) => value !== null && !ANSWERED.includes(field) && !(field === "experimentName" && value === ""),
  );
  return Object.fromEntries(entries);
}

function withoutFacts(definition: JobDefinition): JobDefinition {
  const properties = objectSchema.safeParse(definition["properties"]);
  if (!properties.success) return definition;
  const own = Object.entries(properties.data).filter(([name]) => !RUN_FACT.test(name));
  return { ...definition, properties: Object.fromEntries(own) };
}

function merge(source: JobDefinition, given: JobDefinition): JobDefinition {
  const merged = { ...source };
  for (const [field, value] of Object.entries(given)) {
    const before = objectSchema.safeParse(source[field]);
    const after = objectSchema.safeParse(value);
    const isJoined = MERGED.includes(field) && before.success && after.success;
    // Azure's client sends what it was not told as an empty list of nodes.
    if (field === "jobs" && after.success && Object.keys(after.data).length === 0) continue;
    merged[field] = isJoined ? { ...before.data, ...after.data } : value;
  }
  return merged;
}

const MACRO = /\$\{\{\s*([a-z_.]+)\s*\}\}/gi;

function fillInputs(inputs: unknown, macros: ReadonlyMap<string, string>): unknown {
  const parsed = objectSchema.safeParse(inputs);
  if (!parsed.success) return inputs;
  return Object.fromEntries(
    Object.entries(parsed.data).map(([name, input]) => {
      const fields = objectSchema.safeParse(input);
      const value = fields.success ? fields.data["value"] : undefined;
      if (!fields.success || typeof value !== "string") return [name, input];
      return [
        name,
        { ...fields.data, value: value.replaceAll(MACRO, (all, macro: string) => macros.get(macro) ?? all) },
      ];
    }),
  );
}
