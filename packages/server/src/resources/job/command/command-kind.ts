import { commandJobSchema, type CommandJob } from "@lazuli/contract/jobs/command.ts";

import type { JobKind } from "../job-kind.ts";
import { leafKind } from "../leaf/leaf-kind.ts";

/** Jobs that run one command. */
export const commandKind: JobKind = leafKind<CommandJob>({
  jobType: "Command",
  schema: commandJobSchema,
  toLeaf: (job) => job,
  withEnvironment: (job, environmentId) => ({ ...job, environmentId }),
});
