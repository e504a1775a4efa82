import type { MetricPoint } from "./tracking-store.ts";

/** Whether `candidate` takes the place of `current` as a key's latest value: by step, then time, then value. */
export function isLater(candidate: MetricPoint, current: MetricPoint): boolean {
  if (candidate.step !== current.step) return candidate.step > current.step;
  if (candidate.at !== current.at) return candidate.at > current.at;
  if (Number.isNaN(candidate.value)) return false;
  return Number.isNaN(current.value) || candidate.value > current.value;
}
