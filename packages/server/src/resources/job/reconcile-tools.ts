import type { ResourceContext } from "../../engine/define-resource.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import type { SilentTasks } from "./leaf/silent-tasks.ts";

/** What a kind of job works with when it is reconciled. */
export interface ReconcileTools {
  readonly context: ResourceContext;
  readonly signal: AbortSignal;
  readonly deps: JobDependencies;
  readonly silentTasks: SilentTasks;
}
