import type { TaskEvent, TaskOrder, TaskReport, TaskResult } from "@lazuli/contract/node/task-report.ts";
import type { ServiceState } from "@lazuli/contract/node/task-service.ts";
import type { WrittenAlong } from "../define-resource.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

/** A task as the server knows it. Survives restarts; the owner's reconciler reads it. */
export interface Task {
  readonly taskId: string;
  /** ARM id of the job or deployment that the task works for. */
  readonly ownerId: string;
  /** Name of the compute driver. */
  readonly driver: string;
  readonly spec: TaskSpec;
  /** What the driver answered to `start`; `undefined` until then. */
  readonly handle: Readonly<Record<string, string | number>> | undefined;
  readonly events: readonly TaskEvent[];
  /** Where a replica listens, once it does. */
  readonly port: number | undefined;
  /** The programs beside the command, as the runner last told. */
  readonly services: readonly ServiceState[];
  readonly result: TaskResult | undefined;
  readonly isStopRequested: boolean;
  readonly createdAt: number;
  /** When the runner was last heard of, as far as this process knows. */
  readonly lastSeenAt: number | undefined;
}

/**
 * Tasks between their owner (job, deployment), their driver and their runner. A passive record: the owner's reconciler
 * starts and stops tasks through a driver, the runner reports through the node protocol, and each report wakes the owner.
 */
export interface Tasks {
  /** Stores a task; one of the same id is answered as it is. */
  create(task: { spec: TaskSpec; ownerId: string; driver: string }): Promise<Task>;
  /**
   * Known from now on; on disk with the next report, or a moment later. A server that ends before asks the driver again,
   * which answers the same.
   */
  setHandle(taskId: string, handle: Readonly<Record<string, string | number>>): Promise<void>;
  find(taskId: string): Promise<Task | undefined>;
  listByOwner(ownerId: string): Promise<readonly Task[]>;
  /** Tasks without a result, for a restarted server to look after. */
  listUnfinished(): Promise<readonly Task[]>;
  /** Takes a runner's report in; repeated deliveries change nothing. Wakes the owner when something is new. */
  report(taskId: string, report: TaskReport): Promise<TaskOrder>;
  /** The runner hears of it with its next report or heartbeat; call the driver's `stop` as well. */
  requestStop(taskId: string): Promise<void>;
  /** Notes that the runner was heard of; answers what it is to do. In memory: a heartbeat costs no commit. */
  heartbeat(taskId: string): Promise<TaskOrder>;
  /** Ends a task whose runner is gone for good. Does nothing when a result is there. */
  setResult(taskId: string, result: TaskResult): Promise<void>;
  /** Forgets a task and its live logs. */
  remove(taskId: string): Promise<void>;
  /** The same, as part of the write that makes the tasks superfluous. */
  removal(taskIds: readonly string[]): WrittenAlong;
}

/** A log of a task; `name` as `user_logs/std_log.txt`. */
export interface LogFile {
  readonly taskId: string;
  readonly name: string;
}

/**
 * Log files of tasks while they grow, as `user_logs/std_log.txt`: plain files in the data directory, appended by offset
 * so that a repeated delivery writes nothing twice.
 */
export interface LiveLogs {
  /** Appends `bytes` where `offset` is the present size or earlier (the overlap is skipped); answers the new size. */
  append(log: LogFile, offset: number, bytes: Uint8Array): Promise<number>;
  list(taskId: string): Promise<readonly { name: string; sizeBytes: number }[]>;
  /** Bytes `[start, end)`; empty past the end. */
  read(log: LogFile, start: number, end?: number): Promise<Uint8Array>;
  /** Absolute path of a log file on this machine, for adoption into the blob store. */
  path(taskId: string, name: string): string;
  /** Resolves when the log has grown past `size`, the task ended, or `signal` aborts. */
  changed(log: LogFile, size: number, signal: AbortSignal): Promise<void>;
  /** Wakes whoever waits for more: nothing comes after the task's end. */
  end(taskId: string): void;
  /** Deletes the task's logs. */
  remove(taskId: string): Promise<void>;
}
