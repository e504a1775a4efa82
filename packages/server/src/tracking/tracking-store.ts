/** MLflow's record of a job, or of a script run from anywhere. Ids are opaque text; a job's run id is its name. */
export const RUN_STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export interface Run {
  readonly runId: string;
  /** Key (lower-case id) of the workspace. */
  readonly workspaceKey: string;
  readonly experimentId: string;
  readonly name: string;
  readonly userId: string;
  readonly status: RunStatus;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly artifactUri: string;
  readonly lifecycleStage: "active" | "deleted";
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Latest value of each key. */
  readonly metrics: Readonly<Record<string, MetricPoint>>;
}

export interface MetricPoint {
  readonly value: number;
  readonly at: number;
  readonly step: number;
}

export interface NewRun {
  readonly workspaceKey: string;
  /** `undefined`: the store makes one of 32 hex digits. */
  readonly runId?: string;
  readonly experimentId: string;
  readonly name?: string;
  readonly userId: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  /** Of a run that is over when it is made. */
  readonly endedAt?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface WatchedMetric {
  readonly workspaceKey: string;
  readonly runId: string;
  readonly key: string;
}

/** The part of tracking that jobs use; MLflow's operations live beside it. */
export interface TrackingStore {
  /** The experiment's id, made when it is missing; `artifactRoot` is where runs of it keep their files. */
  ensureExperiment(workspaceKey: string, name: string): Promise<{ experimentId: string }>;
  /** Makes the run; one of the same id is left as it is. */
  ensureRun(run: NewRun): Promise<{ runId: string }>;
  findRun(workspaceKey: string, runId: string): Promise<Run | undefined>;
  /** Sets status and times; a run that is gone is no error. */
  setRunStatus(workspaceKey: string, runId: string, status: RunStatus, at: number): Promise<void>;
  setTags(workspaceKey: string, runId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  logParams(workspaceKey: string, runId: string, params: Readonly<Record<string, string>>): Promise<void>;
  logMetrics(
    workspaceKey: string,
    runId: string,
    metrics: readonly (MetricPoint & { readonly key: string })[],
  ): Promise<void>;
  /** Logs those params that the run does not have yet; a run that is gone is no error. */
  logMissingParams(workspaceKey: string, runId: string, params: Readonly<Record<string, string>>): Promise<void>;
  /** Points in the order in which they were logged, from the position `from` on; none for a run that is not there. */
  metricHistory(workspaceKey: string, runId: string, key: string, from?: number): Promise<readonly MetricPoint[]>;
  /** Calls `onLogged` whenever points of the metric have become durable, until the returned function is called. */
  watchMetric(metric: WatchedMetric, onLogged: () => void): () => void;
}
