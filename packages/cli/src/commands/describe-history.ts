import { asRecord } from "../session/connection.ts";

type Value = Record<string, unknown>;

const PARTS = ["code", "environment", "inputs", "parameters", "settings"] as const;

/** An answer of `explainReuse` in lines for a reader. */
export function describeReuse(explained: Value): string {
  return `${reuseLines(explained, "").join("\n")}\n`;
}

function reuseLines(explained: Value, indent: string): string[] {
  const { node, job, outcome, message } = explained;
  const title = typeof node === "string" ? `${node} (job '${String(job)}')` : `job '${String(job)}'`;
  const steps = listOf(explained["steps"]);
  const word = steps.length > 0 ? "" : ` ${String(outcome)}.`;
  return [`${indent}${title}:${word} ${String(message)}`, ...steps.flatMap((step) => reuseLines(step, `${indent}  `))];
}

/** An answer of `diff` in lines for a reader: differences, then code as `diff -u` writes it. */
export function describeDiff(diff: Value): string {
  return `${[...headLines(diff), ...diffLines(diff, "")].join("\n")}\n`;
}

function headLines(diff: Value): string[] {
  const [before, after] = [asRecord(diff["before"]), asRecord(diff["after"])];
  return [`--- ${describeJob(before)}`, `+++ ${describeJob(after)}`];
}

function describeJob({ job, status, durationSeconds }: Value): string {
  const time = typeof durationSeconds === "number" ? `, ${durationSeconds.toFixed(1)} s` : "";
  return `job '${String(job)}' (${String(status)}${time})`;
}

function diffLines(diff: Value, indent: string): string[] {
  if (diff["isSame"] === true) return [`${indent}Nothing differs.`];
  const lines = PARTS.flatMap((part) => listOf(diff[part]).map(({ message }) => `${indent}${String(message)}`));
  lines.push(...listOf(diff["notes"], "note").map(({ note }) => `${indent}${String(note)}`));
  lines.push(...listOf(diff["metrics"]).map((metric) => `${indent}${describeMetric(metric)}`));
  for (const { patch } of listOf(diff["patches"])) {
    if (typeof patch === "string") lines.push("", ...patch.trimEnd().split("\n"));
  }
  for (const step of listOf(diff["steps"])) {
    const inner = asRecord(step["diff"]);
    if (step["diff"] === null) lines.push(`${indent}node '${String(step["node"])}': ${String(step["message"])}`);
    else lines.push(`${indent}node '${String(step["node"])}':`, ...diffLines(inner, `${indent}  `));
  }
  return lines;
}

function describeMetric({ name, before, after, change }: Value): string {
  const delta = typeof change === "number" ? ` (${change > 0 ? "+" : ""}${Number(change.toPrecision(6))})` : "";
  return `metric '${String(name)}' was ${String(before ?? "not logged")}, is ${String(after ?? "not logged")}${delta}`;
}

/** Items of a list as records; plain texts under `key`. */
function listOf(value: unknown, key = "value"): Value[] {
  if (!Array.isArray(value)) return [];
  return value.map((item: unknown) => (typeof item === "string" ? { [key]: item } : asRecord(item)));
}
