import type { JobInput } from "@lazuli/contract/jobs/data-binding.ts";
import { splitInputName, type ParallelJob } from "@lazuli/contract/jobs/parallel.ts";

import type { LeafJob } from "../leaf/leaf-job.ts";

/** Input that holds the artifacts of the job which this one resumes. */
const RESUME_INPUT = "lazuli_resumed_job";
/** Says where the plan ends; no line of it can be this one, for it has no line breaks of the user's. */
const END_OF_PLAN = "END_OF_LAZULI_PLAN";
const RETRIES_DEFAULT = 2;
const TIMEOUT_SECONDS_DEFAULT = 60;

/**
 * A parallel job as a command: `lazuli.parallel` on each node. Settings travel as JSON in a variable; what holds
 * placeholders is a document on standard input, which no shell interprets once the paths are in.
 */
export function parallelLeaf(job: ParallelJob): LeafJob {
  const { inputs, ...rest } = job;
  return {
    ...rest,
    jobType: "Command",
    command: planCommand(job),
    inputs: { ...nodeInputs(job, inputs ?? {}), ...resumeInput(job) },
    additions: {
      needsPlatformPackage: true,
      isLed: true,
      variables: { LAZULI_PARALLEL: JSON.stringify(settingsOf(job)) },
    },
  };
}

function planCommand(job: ParallelJob): string {
  const lines = [
    "exec python -m lazuli.parallel <<'" + END_OF_PLAN + "'",
    `input_data=${job.inputData.trim()}`,
    ...(job.appendRowTo == null ? [] : [`append_row_to=${job.appendRowTo.trim()}`]),
    ...(job.resumeFrom == null ? [] : [`resume_from=\${{inputs.${RESUME_INPUT}}}`]),
    `program_arguments=${(job.programArguments ?? "").replaceAll(/\s*[\r\n]+\s*/g, " ").trim()}`,
    END_OF_PLAN,
  ];
  return lines.join("\n");
}

function settingsOf(job: ParallelJob): Record<string, unknown> {
  return {
    entryScript: job.entryScript,
    inputKind: isTable(job) ? "table" : "files",
    miniBatchSize: job.miniBatchSize ?? null,
    partitionKeys: job.partitionKeys ?? [],
    errorThreshold: job.errorThreshold ?? -1,
    miniBatchErrorThreshold: job.miniBatchErrorThreshold ?? -1,
    maxConcurrencyPerInstance: job.maxConcurrencyPerInstance ?? null,
    maxRetries: job.retrySettings?.maxRetries ?? RETRIES_DEFAULT,
    timeoutSeconds: job.retrySettings?.timeout ?? TIMEOUT_SECONDS_DEFAULT,
    loggingLevel: job.loggingLevel ?? "INFO",
    nodeCount: job.resources?.instanceCount ?? 1,
  };
}

/** An MLTable is a table unless its mode asks for the files that it names, as on Azure. */
function isTable(job: ParallelJob): boolean {
  const input = job.inputs?.[splitInputName(job)];
  return input?.jobInputType === "mltable" && input.mode !== "EvalMount" && input.mode !== "EvalDownload";
}

/** The input that is split must lie on the node, whatever its mode: its mini-batches are paths and rows. */
function nodeInputs(
  job: ParallelJob,
  inputs: Readonly<Record<string, JobInput | null>>,
): Record<string, JobInput | null> {
  const name = splitInputName(job);
  const split = inputs[name];
  if (split?.mode !== "Direct") return { ...inputs };
  return { ...inputs, [name]: { ...split, mode: "ReadOnlyMount" } };
}

function resumeInput({ resumeFrom }: ParallelJob): Record<string, JobInput> {
  if (resumeFrom == null) return {};
  const uri = `azureml://jobs/${resumeFrom}/outputs/artifacts/paths/`;
  return { [RESUME_INPUT]: { jobInputType: "uri_folder", uri, mode: "ReadOnlyMount" } };
}
