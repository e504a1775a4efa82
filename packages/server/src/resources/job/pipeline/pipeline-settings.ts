import type { PipelineJob } from "@lazuli/contract/jobs/pipeline.ts";
import type { PipelinePolicy } from "../../../domain/pipelines/unit-result.ts";

/** Jobs of one pipeline at a time: more would only wait, and cost a look each. */
const ACTIVE_MAX = 200;

/** How a pipeline goes on when steps fail. */
export function policyOf(job: PipelineJob): PipelinePolicy {
  const { settings } = job;
  return {
    continueOnStepFailure: settings?.continue_on_step_failure ?? false,
    runOnFailedOptionalInput: settings?.continue_run_on_failed_optional_input ?? true,
    activeMax: ACTIVE_MAX,
  };
}

/** Name of the datastore that outputs go to by default; `undefined` for the workspace's own. */
export function defaultDatastoreOf(job: PipelineJob): string | undefined {
  const given = job.settings?.default_datastore;
  if (given == null || given === "") return undefined;
  return given.slice(given.lastIndexOf("/") + 1).replace(/^azureml:/, "");
}
