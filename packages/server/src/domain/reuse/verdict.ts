import { z } from "zod";

/** Why a step ran although steps can be reused. */
export const RUN_REASONS = [
  "noEqualRun",
  "notDeterministic",
  "forced",
  "placedOutput",
  "unknownContent",
  "earlierUnusable",
] as const;

export const runVerdictSchema = z.object({
  code: z.enum(RUN_REASONS),
  /** A sentence for people. */
  message: z.string(),
});

export type RunVerdict = z.infer<typeof runVerdictSchema>;

/** What is said of a step before anything is looked up. */
export interface ReusePolicy {
  /** `is_deterministic` of its component. */
  readonly isDeterministic: boolean;
  /** `force_rerun` of its pipeline. */
  readonly isForced: boolean;
  /** Outputs that go to a place of their own. */
  readonly placedOutputs: readonly string[];
}

/** Why a step is not even looked up; `undefined` when it may be reused. */
export function refuseReuse(policy: ReusePolicy): RunVerdict | undefined {
  if (policy.isForced) {
    return { code: "forced", message: "'force_rerun' of the pipeline is set, so nothing of it is reused." };
  }
  if (!policy.isDeterministic) {
    const message = "Its component says 'is_deterministic: false', so it is never reused.";
    return { code: "notDeterministic", message };
  }
  const [output] = policy.placedOutputs;
  if (output === undefined) return undefined;
  const message = `Output '${output}' goes to a place of its own, where only a run can put it.`;
  return { code: "placedOutput", message };
}
