import type { ErrorDetail } from "@lazuli/contract/errors.ts";
import {
  appendOutputName,
  parallelJobSchema,
  splitInputName,
  type ParallelJob,
} from "@lazuli/contract/jobs/parallel.ts";
import { childId } from "@lazuli/contract/resource-id.ts";

import type { ResourceContext } from "../../../engine/define-resource.ts";
import type { JobKind, KindAdmission, KindDraft } from "../job-kind.ts";
import { jobStateSchema } from "../job-state.ts";
import { leafKind } from "../leaf/leaf-kind.ts";
import { parallelLeaf } from "./parallel-leaf.ts";

const BATCH_SIZE = /^\s*\d+\s*(kb|mb|gb|rows)?\s*$/i;

/** Jobs that run an entry script over the mini-batches of an input. */
export const parallelKind: JobKind = leafKind<ParallelJob>({
  jobType: "Parallel",
  schema: parallelJobSchema,
  toLeaf: parallelLeaf,
  prepare: goOnInPlace,
  withEnvironment: (job, environmentId) => ({ ...job, environmentId }),
  findProblems,
  render: ({ properties, state }) => ({
    // Azure's clients know no parallel job outside a pipeline; as a command job they show, stream and download it.
    jobType: "Command",
    command: describeCommand(properties),
    properties: { ...properties.properties, ...state.addedProperties, "lazuli.jobType": "Parallel" },
  }),
});

function describeCommand(job: ParallelJob): string {
  return ["parallel:", job.entryScript, job.programArguments?.trim() ?? ""].join(" ").trim();
}

function findProblems({ job }: KindDraft<ParallelJob>): ErrorDetail[] {
  const problems: ErrorDetail[] = [];
  const add = (field: string, message: string) =>
    problems.push({ code: "InvalidValue", message, target: `properties.${field}` });
  const input = job.inputs?.[splitInputName(job)];
  if (input == null) {
    add("inputData", `'${job.inputData}' names no input of the job; it has: ${namesOf(job.inputs)}.`);
  } else if (input.jobInputType === "literal") {
    add("inputData", `Input '${splitInputName(job)}' is a value; mini-batches are made of files or of a table.`);
  }
  const output = appendOutputName(job);
  if (output !== undefined && job.outputs?.[output] === undefined) {
    add("appendRowTo", `'${job.appendRowTo ?? ""}' names no output of the job; it has: ${namesOf(job.outputs)}.`);
  }
  if (job.codeId == null) add("codeId", `The code with the entry script '${job.entryScript}' is missing.`);
  const size = String(job.miniBatchSize ?? "1");
  if (!BATCH_SIZE.test(size)) {
    add("miniBatchSize", `'${size}' is no size of a mini-batch; write a number of files, or a size such as '10kb'.`);
  }
  return problems;
}

function namesOf(table: Readonly<Record<string, unknown>> | null | undefined): string {
  const names = Object.keys(table ?? {});
  return names.length === 0 ? "none" : names.join(", ");
}

/** A job that resumes another goes on in the same places, so that what was written stays. */
async function goOnInPlace(
  draft: KindDraft<ParallelJob>,
  context: ResourceContext,
): Promise<KindAdmission<ParallelJob>> {
  const { job } = draft;
  if (job.resumeFrom == null) return { job, problems: [] };
  const places = await findPlaces(draft, job.resumeFrom, context);
  if (places === undefined) {
    const message = `Job '${job.resumeFrom}', which is to be resumed, does not exist.`;
    return { job, problems: [{ code: "NotFound", message, target: "properties.resumeFrom" }] };
  }
  const outputs = Object.entries(job.outputs ?? {}).map(([name, output]) => {
    const uri = places[name] ?? output?.uri;
    return [name, output == null || uri === undefined ? output : { ...output, uri }] as const;
  });
  return { job: { ...job, outputs: Object.fromEntries(outputs) }, problems: [] };
}

/** Where the outputs of a job went, by name. */
async function findPlaces(
  draft: KindDraft<ParallelJob>,
  name: string,
  context: ResourceContext,
): Promise<Record<string, string> | undefined> {
  const resource = await context.resources.find(childId(draft.workspaceId, "jobs", name));
  if (resource === undefined) return undefined;
  const { outputs } = jobStateSchema.parse(resource.state);
  return Object.fromEntries(Object.entries(outputs).map(([output, { uri }]) => [output, uri]));
}
