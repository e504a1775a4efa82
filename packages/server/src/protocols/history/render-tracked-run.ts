import type { Run, RunStatus } from "../../tracking/tracking-store.ts";
import { time } from "./render-run.ts";

const STATUSES: Readonly<Record<RunStatus, string>> = {
  SCHEDULED: "Queued",
  RUNNING: "Running",
  FINISHED: "Completed",
  FAILED: "Failed",
  KILLED: "Canceled",
};

/** A run that MLflow made without a job, in the run history's fields. */
export function renderTrackedRun(run: Run): Record<string, unknown> {
  return {
    runId: run.runId,
    rootRunId: run.tags["mlflow.parentRunId"] ?? run.runId,
    parentRunId: run.tags["mlflow.parentRunId"] ?? null,
    runUuid: run.runId,
    experimentId: run.experimentId,
    status: STATUSES[run.status],
    createdUtc: time(run.startedAt),
    startTimeUtc: time(run.startedAt),
    endTimeUtc: time(run.endedAt),
    createdBy: { userName: run.userId },
    userId: run.userId,
    displayName: run.name,
    name: run.name,
    tags: run.tags,
    properties: {},
    dataContainerId: `dcid.${run.runId}`,
    inputs: {},
    outputs: {},
  };
}
