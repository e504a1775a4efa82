import { asRecord } from "../session/connection.ts";

/** A job in a table: what people look for first. Times are of the machine that shows them. */
export function jobRow(item: unknown): Record<string, unknown> {
  const job = asRecord(item);
  const created = asRecord(job["creation_context"])["created_at"];
  const { display_name: displayName, name } = job;
  return {
    name,
    status: job["status"],
    type: job["type"],
    display_name: displayName === name ? "" : displayName,
    experiment: job["experiment_name"],
    compute: typeof job["compute"] === "string" ? job["compute"].replace(/^azureml:/, "") : "serverless",
    started: typeof created === "string" ? localTime(created) : "",
    duration: durationText(job["started_at"], job["ended_at"]),
    why: job["status"] === "Queued" || job["status"] === "Failed" ? reasonOf(job) : "",
  };
}

/** `1 h 02 m`, `3 m 04 s`, `5.2 s`; of a job that still runs the time until now; empty before it has started. */
export function durationText(startedAt: unknown, endedAt: unknown, now: number = Date.now()): string {
  const started = timeOf(startedAt);
  if (started === undefined) return "";
  const seconds = Math.max(0, ((timeOf(endedAt) ?? now) - started) / 1000);
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  const pad = (count: number) => String(count).padStart(2, "0");
  if (minutes < 60) return `${minutes} m ${pad(Math.floor(seconds % 60))} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
}

function reasonOf(job: Record<string, unknown>): unknown {
  return asRecord(job["error"])["message"] ?? job["status_reason"];
}

function timeOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function localTime(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  const pad = (count: number) => String(count).padStart(2, "0");
  const day = `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
  return `${day} ${pad(time.getHours())}:${pad(time.getMinutes())}`;
}
