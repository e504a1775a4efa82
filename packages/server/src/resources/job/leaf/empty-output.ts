import { childId } from "@lazuli/contract/resource-id.ts";

import type { DataLocation } from "../../../engine/data/data-locator.ts";
import type { Resources } from "../../../engine/resources/resources.ts";
import { jobStateSchema } from "../job-state.ts";

/** Where an output lies that has no place of its own: below the job's name and its own. */
const OUTPUT_PATH = /^azureml\/([\w-]+)\/([\w-]+)\/?$/;

/** Whether a place without a file is an output that a completed job left empty: the next step may read it all the same. */
export async function isEmptyOutput(
  location: DataLocation,
  { workspaceId, resources }: { readonly workspaceId: string; readonly resources: Resources },
): Promise<boolean> {
  const match = location.kind === "blob" ? OUTPUT_PATH.exec(location.path) : null;
  if (match === null) return false;
  const [, jobName = "", output = ""] = match;
  const job = await resources.find(childId(workspaceId, "jobs", jobName));
  if (job === undefined) return false;
  const state = jobStateSchema.parse(job.state);
  return state.status === "Completed" && state.outputs[output] !== undefined;
}
