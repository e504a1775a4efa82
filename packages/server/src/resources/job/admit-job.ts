import { PlatformError, type ErrorDetail } from "@lazuli/contract/errors.ts";
import { RUNNABLE_JOB_TYPES } from "@lazuli/contract/jobs/job-base.ts";
import { childId, parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";
import { jobPropertiesSchema, type JobProperties } from "@lazuli/contract/resources/job.ts";

import type { Admitted, AdmitRequest, ResourceContext } from "../../engine/define-resource.ts";
import { serviceProblem } from "./leaf/job-services.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import type { JobKind, JobKinds, KindAdmission } from "./job-kind.ts";
import { initialJobState, jobStateSchema, type Job, type JobState } from "./job-state.ts";

type JobRequest = AdmitRequest<JobProperties, JobState>;

/** Answered by the server; a client that puts what it got sends them back. */
const ANSWERED = new Set(["status", "lazuli", "provisioningState"]);
/** Services that the server adds to every job. */
const ANSWERED_SERVICES = new Set(["Tracking", "Studio"]);
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$/;
const EXPERIMENT_NAME = /^[^/\\?#%\p{Cc}]{1,255}$/u;
/** Fields of a job that may change once it exists. */
const CHANGEABLE = ["displayName", "description", "tags", "properties", "isArchived"] as const;

/** Fills in defaults and refuses, with every problem at once, what could not run. */
export async function admitJob(
  request: JobRequest,
  context: ResourceContext,
  deps: JobDependencies & { kinds: JobKinds },
): Promise<Admitted<JobProperties, JobState>> {
  if (request.existing !== undefined) return changeJob(request, request.existing);
  const { id, name, principal, properties } = request;
  const kind = deps.kinds.find(properties.jobType);
  if (kind === undefined) {
    const runnable = RUNNABLE_JOB_TYPES.filter((type) => type !== "Parallel").join("', '");
    throw new PlatformError(
      "Unsupported",
      `Job '${name}' is of type '${properties.jobType}', which arrives in a later release; '${runnable}' jobs run so far.`,
      { target: "properties.jobType" },
    );
  }
  const workspaceId = renderResourceId(rootId(parseResourceId(id)));
  const job = withDefaults(kind, properties, name);
  const { initialState = {} } = request;
  // A step that is reused runs nothing that could be refused.
  const admission: KindAdmission<JobProperties> =
    initialState["reusedFrom"] === undefined
      ? await kind.admit({ id, name, workspaceId, job, principal }, context, deps)
      : { job, problems: [] };
  refuse(name, [...commonProblems(name, job), ...admission.problems]);
  const isRootKnown = job.parentJobName == null || initialState["rootJobName"] !== undefined;
  const parent = isRootKnown ? undefined : await findParent(workspaceId, job.parentJobName ?? "", context);
  return {
    properties: admission.job,
    envelope: request.envelope,
    state: {
      ...initialJobState,
      submittedBy: { id: principal.id, tenantId: principal.tenantId, name: principal.name },
      timeline: [{ phase: "NotStarted", at: context.clock.now(), reason: "accepted" }],
      ...(job.parentJobName != null && { rootJobName: parent?.rootJobName ?? job.parentJobName }),
      ...admission.state,
    },
  };
}

async function findParent(workspaceId: string, name: string, context: ResourceContext): Promise<JobState | undefined> {
  const parent = await context.resources.find(childId(workspaceId, "jobs", name));
  return parent === undefined ? undefined : jobStateSchema.parse(parent.state);
}

function refuse(name: string, problems: readonly ErrorDetail[]): void {
  const [first] = problems;
  if (first === undefined) return;
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

function commonProblems(name: string, job: JobProperties): ErrorDetail[] {
  const problems: ErrorDetail[] = [];
  const add = (target: string, message: string) => problems.push({ code: "InvalidValue", message, target });
  if (!NAME.test(name)) {
    add(
      "name",
      `'${name}' is no job name: letters, digits, '-' and '_', at most 255, beginning with a letter or digit.`,
    );
  }
  if (!EXPERIMENT_NAME.test(job.experimentName ?? "Default")) {
    add(
      "properties.experimentName",
      `'${job.experimentName ?? ""}' is no experiment name; leave out slashes and '?#%'.`,
    );
  }
  if (job.parentJobName === name) {
    add("properties.parentJobName", `Job '${name}' cannot be its own parent.`);
  }
  for (const [service, value] of Object.entries(job.services ?? {})) {
    const problem = serviceProblem(service, value);
    if (problem !== undefined) add(`properties.services.${service}`, problem);
  }
  return problems;
}

function withDefaults(kind: JobKind, properties: JobProperties, name: string): JobProperties {
  const given = Object.entries(properties).filter(([key, value]) => value !== null && !ANSWERED.has(key));
  return kind.schema.parse({
    experimentName: "Default",
    displayName: name,
    tags: {},
    properties: {},
    ...Object.fromEntries(given),
    ...(properties.services != null && { services: askedServices(properties.services) }),
  });
}

function askedServices(services: NonNullable<JobProperties["services"]>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(services).filter(([name]) => !ANSWERED_SERVICES.has(name)));
}

/** A job that exists keeps what it runs; words about it change. */
function changeJob(request: JobRequest, existing: Job): Admitted<JobProperties, JobState> {
  const desired = request.properties;
  const before = existing.properties;
  const isSameRun = desired.jobType === before.jobType && sameCommand(before, desired);
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

/** A client that puts what it got may have lost or renamed other fields; the command tells one run from another. */
function sameCommand(before: JobProperties, desired: JobProperties): boolean {
  if (before.jobType !== "Command" || desired.jobType !== "Command") return true;
  return before.command === desired.command;
}
