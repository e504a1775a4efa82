import { PlatformError } from "@lazuli/contract/errors.ts";
import { commandJobSchema, type CommandJob } from "@lazuli/contract/jobs/command.ts";
import { parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";
import { jobPropertiesSchema, type JobProperties } from "@lazuli/contract/resources/job.ts";

import type { Admitted, AdmitRequest, ResourceContext } from "../../engine/define-resource.ts";
import { findProblems } from "./find-problems.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import { initialJobState, type Job, type JobState } from "./job-state.ts";

type JobRequest = AdmitRequest<JobProperties, JobState>;

/** Answered by the server; a client that puts what it got sends them back. */
const ANSWERED = new Set(["status", "services", "lazuli", "provisioningState"]);
/** Fields of a job that may change once it exists. */
const CHANGEABLE = ["displayName", "description", "tags", "properties", "isArchived"] as const;

/** Fills in defaults and refuses, with every problem at once, what could not run. */
export async function admitJob(
  request: JobRequest,
  context: ResourceContext,
  deps: JobDependencies,
): Promise<Admitted<JobProperties, JobState>> {
  if (request.existing !== undefined) return changeJob(request, request.existing);
  const { properties, id, name, principal } = request;
  if (properties.jobType !== "Command") {
    throw new PlatformError(
      "Unsupported",
      `Job '${name}' is of type '${properties.jobType}', which arrives in a later release; only 'Command' jobs run so far.`,
      { target: "properties.jobType" },
    );
  }
  const job = withDefaults(properties, name);
  const workspaceId = renderResourceId(rootId(parseResourceId(id)));
  const { problems, environmentId } = await findProblems({ name, workspaceId, job }, context, deps);
  const [first] = problems;
  if (first !== undefined) {
    const message =
      problems.length === 1
        ? first.message
        : `Job '${name}' has ${problems.length} problems. ${problems.map((one) => one.message).join(" ")}`;
    throw new PlatformError("BadRequest", message, {
      target: first.target ?? "properties",
      details: problems,
      azureCode: "UserError",
    });
  }
  const now = context.clock.now();
  return {
    properties: { ...job, environmentId },
    envelope: request.envelope,
    state: {
      ...initialJobState,
      submittedBy: { id: principal.id, tenantId: principal.tenantId, name: principal.name },
      timeline: [{ phase: "NotStarted", at: now, reason: "accepted" }],
    },
  };
}

function withDefaults(properties: CommandJob, name: string): CommandJob {
  const given = Object.entries(properties).filter(([key, value]) => value !== null && !ANSWERED.has(key));
  return commandJobSchema.parse({
    experimentName: "Default",
    displayName: name,
    tags: {},
    properties: {},
    ...Object.fromEntries(given),
  });
}

/** A job that exists keeps what it runs; words about it change. */
function changeJob(request: JobRequest, existing: Job): Admitted<JobProperties, JobState> {
  const desired = request.properties;
  const before = existing.properties;
  const isSameRun = before.jobType === "Command" && desired.jobType === "Command" && before.command === desired.command;
  if (!isSameRun) {
    throw new PlatformError(
      "Conflict",
      `Job '${request.name}' already exists and runs something else; choose another name.`,
      {
        target: "name",
      },
    );
  }
  const changes = Object.fromEntries(
    CHANGEABLE.flatMap((field) => (desired[field] == null ? [] : [[field, desired[field]]])),
  );
  const kept = { ...before.properties, ...desired.properties };
  return {
    properties: jobPropertiesSchema.parse({ ...before, ...changes, properties: kept }),
    envelope: request.envelope,
  };
}
