import type { Outcome } from "../../../engine/define-resource.ts";
import { removeChildren } from "../children/child-jobs.ts";
import type { JobState } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { removeArtifacts } from "../remove-artifacts.ts";
import type { Sweep, SweepMemory } from "./sweep-memory.ts";

const CHECK_MS = 1_000;

/** Removes the trials of a deleted sweep, then what it left itself. */
export async function clearSweep(
  sweep: Sweep,
  memory: SweepMemory,
  { context, deps }: ReconcileTools,
): Promise<Outcome<JobState>> {
  memory.forget(sweep);
  const openCount = await removeChildren(sweep, context);
  if (openCount > 0) {
    return { kind: "checkAgain", afterMs: CHECK_MS, reason: `waits for ${openCount} trials to be removed` };
  }
  await removeArtifacts(sweep, deps);
  return { kind: "ready" };
}
