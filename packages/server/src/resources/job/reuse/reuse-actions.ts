import type { JobProperties } from "@lazuli/contract/resources/job.ts";

import type { Action } from "../../../engine/define-resource.ts";
import { answerDiff } from "../diff/diff-action.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import type { JobState } from "../job-state.ts";
import { explainJob } from "./explain-job.ts";
import { resumeJob } from "./resume-job.ts";

/** Actions of jobs that Azure has not: why a step ran, what differs from another job, going on after a failure. */
export function reuseActions(deps: JobDependencies): Readonly<Record<string, Action<JobProperties, JobState>>> {
  return {
    explainReuse: ({ resource }, context) => explainJob(resource, context, deps),
    resume: ({ resource, body, principal }, context) => resumeJob(resource, { body, principal }, context),
    diff: ({ resource, body, principal }, context) => answerDiff(resource, { body, principal }, { context, deps }),
  };
}
