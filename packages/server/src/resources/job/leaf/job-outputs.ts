import type { CommandJob } from "@lazuli/contract/jobs/command.ts";
import type { JobOutput } from "@lazuli/contract/jobs/data-binding.ts";
import type { TaskOutput } from "@lazuli/contract/node/task-spec.ts";

import type { DataLocation } from "../../../engine/data/data-locator.ts";
import { bindOutputPath } from "./bind-command.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { orFail } from "./job-failure.ts";

const DEFAULT_DATASTORE = "workspaceblobstore";
const OUTPUT_MODES = { ReadWriteMount: "rw_mount", Upload: "upload", Direct: "direct" } as const;

/** An output and where it goes. */
export interface PlannedOutput {
  readonly output: Omit<TaskOutput, "url">;
  /** As callers read it: `azureml://datastores/…`. */
  readonly uri: string;
  readonly location: DataLocation;
}

/** Outputs and inputs of these types are models; the others data. */
export function isModelType(type: string): boolean {
  return type.endsWith("_model");
}

/** What may stand in the place of an output: `${{name}}`, `${{default_datastore}}` and so on. */
export function outputNames(
  draft: { readonly name: string; readonly job: Pick<CommandJob, "experimentName"> },
  output: string,
): Readonly<Record<string, string>> {
  return {
    name: draft.name,
    experiment_name: draft.job.experimentName ?? "Default",
    default_datastore: DEFAULT_DATASTORE,
    output_name: output,
  };
}

/** Decides where each output goes. Throws `JobFailure` for a place that does not exist. */
export async function planOutputs(
  draft: { readonly name: string; readonly job: CommandJob; readonly workspaceId: string },
  deps: Pick<JobDependencies, "locator">,
): Promise<PlannedOutput[]> {
  return Promise.all(
    Object.entries(draft.job.outputs ?? {}).map(async ([name, value]) => {
      const output = value ?? { jobOutputType: "uri_folder" as const };
      const uri = outputUri(draft, name, output);
      const location = await orFail(deps.locator.locate(uri, { workspaceId: draft.workspaceId }), {
        category: "data",
        code: "OutputPlaceNotFound",
        subject: `Output '${name}' has nowhere to go`,
        hint: "Check the output's path and its datastore.",
      });
      const mode = OUTPUT_MODES[output.mode ?? "ReadWriteMount"];
      return { output: { name, type: output.jobOutputType, mode }, uri, location };
    }),
  );
}

function outputUri(
  draft: { readonly name: string; readonly job: CommandJob },
  name: string,
  output: JobOutput,
): string {
  if (output.uri != null && output.uri !== "") return bindOutputPath(output.uri, outputNames(draft, name)).text;
  const end = output.jobOutputType === "uri_file" ? "" : "/";
  return `azureml://datastores/${DEFAULT_DATASTORE}/paths/azureml/${draft.name}/${name}${end}`;
}
