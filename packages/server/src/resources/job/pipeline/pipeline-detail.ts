import { z } from "zod";

import type { Job } from "../job-state.ts";

/** What a pipeline keeps of its own in its state: nothing that grows with each step that goes well. */
const pipelineDetailSchema = z.object({
  /** Steps whose jobs could not even be made, with the reason. */
  refused: z.record(z.string(), z.string()).default({}),
  /** Why nodes were skipped; noted once the pipeline has ended. */
  skipped: z.record(z.string(), z.string()).default({}),
});

export type PipelineDetail = z.infer<typeof pipelineDetailSchema>;

export function detailOf(job: Pick<Job, "state">): PipelineDetail {
  return pipelineDetailSchema.parse(job.state.detail);
}
