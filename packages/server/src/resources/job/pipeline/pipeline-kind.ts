import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";
import { pipelineJobSchema, type PipelineJob } from "@lazuli/contract/jobs/pipeline.ts";

import type { ChildNews } from "../children/child-news.ts";
import { cancelChildren, removeChildren } from "../children/child-jobs.ts";
import { defineJobKind, type JobKind } from "../job-kind.ts";
import { removeArtifacts } from "../remove-artifacts.ts";
import { admitPipeline } from "./admit-pipeline.ts";
import { detailOf } from "./pipeline-detail.ts";
import { PipelineViews } from "./pipeline-view.ts";
import { reconcilePipeline } from "./reconcile-pipeline.ts";

const CLEAR_CHECK_MS = 500;

/** Jobs whose steps are jobs of their own. */
export function pipelineKind(news: ChildNews): JobKind {
  const views = new PipelineViews();
  return defineJobKind<PipelineJob>({
    jobType: "Pipeline",
    schema: pipelineJobSchema,
    admit: admitPipeline,
    reconcile: (job, tools) => reconcilePipeline(job, { ...tools, views, news }),
    async clear(job, tools) {
      views.forget(job);
      news.forgetAll(job.key);
      const openCount = isTerminalStatus(job.state.status) ? 0 : await cancelChildren(job, tools.context);
      const leftCount = openCount > 0 ? openCount : await removeChildren(job, tools.context);
      if (leftCount > 0) {
        return { kind: "checkAgain", afterMs: CLEAR_CHECK_MS, reason: `${leftCount} steps are not gone yet` };
      }
      await removeArtifacts(job, tools.deps);
      return { kind: "ready" };
    },
    render: (job) => ({ jobs: job.properties.jobs ?? {}, settings: job.properties.settings ?? {} }),
    describe: (job) => {
      const { refused, skipped } = detailOf(job);
      return { skippedSteps: skipped, refusedSteps: refused };
    },
  });
}
