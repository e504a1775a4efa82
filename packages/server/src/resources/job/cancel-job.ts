import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";

import type { ResourceContext } from "../../engine/define-resource.ts";
import { jobStateSchema, type Job } from "./job-state.ts";

/** Works in every phase; a job that has ended stays as it is. Its reconciler does the rest. */
export async function cancelJob(job: Pick<Job, "id">, context: ResourceContext): Promise<void> {
  await context.resources.updateState(job.id, (latest) => {
    const state = jobStateSchema.parse(latest.state);
    if (isTerminalStatus(state.status) || state.cancelRequestedAt !== undefined) return undefined;
    return { ...state, cancelRequestedAt: context.clock.now() };
  });
}
