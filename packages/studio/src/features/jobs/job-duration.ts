import { hasEnded, jobTimes, type Job } from "../../api/jobs.ts";

/** Milliseconds from the start of the work to its end, or to `now` while it goes on; `undefined` before the start. */
export function jobDuration(job: Job, now: number): number | undefined {
  const { startedAt, endedAt } = jobTimes(job);
  if (startedAt === undefined) return undefined;
  if (endedAt !== undefined) return endedAt - startedAt;
  return hasEnded(job.properties.status) ? undefined : now - startedAt;
}

export function lastSegment(id: string | null | undefined): string {
  return id?.split("/").at(-1) ?? "";
}

/** `iris:3` for the ARM id of a version; the last name of any other. */
export function assetLabel(id: string | null | undefined): string {
  const match = /\/([^/]+)\/versions\/([^/]+)$/.exec(id ?? "");
  return match === null ? lastSegment(id).replace(/^azureml:/, "") : `${match[1]}:${match[2]}`;
}
