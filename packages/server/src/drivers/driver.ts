import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

/** Whatever a restarted server needs to find the task again; stored as JSON beside the task. */
export type TaskHandle = Readonly<Record<string, string | number>>;

/**
 * What the driver itself knows of a task; the runner's own report is the better witness.
 * `lost`: the driver is sure that the task no longer runs anywhere.
 */
export type TaskStatus = "waiting" | "running" | "ended" | "lost";

export interface ComputeDriver {
  readonly name: string;
  readonly can: { readonly useGpu: boolean; readonly openTerminal: boolean };
  /** Starts the task, or returns the handle of the one already started under the same id. */
  start(task: TaskSpec, signal: AbortSignal): Promise<TaskHandle>;
  inspect(handle: TaskHandle): Promise<TaskStatus>;
  /** Asks the task to end and kills it after `graceMs`. Stopping an ended task does nothing. */
  stop(handle: TaskHandle, graceMs: number): Promise<void>;
  /** Ends the task at once, with the runner that carries it out: for one whose runner does not answer any more. */
  kill(handle: TaskHandle): Promise<void>;
}
