import { sweepJobSchema, type SweepJob } from "@lazuli/contract/jobs/sweep.ts";

import { defineJobKind, type JobKind } from "../job-kind.ts";
import { admitSweep } from "./admit-sweep.ts";
import { clearSweep } from "./clear-sweep.ts";
import { reconcileSweep } from "./reconcile-sweep.ts";
import { detailOf, trialName } from "./sweep-detail.ts";
import { SweepMemory } from "./sweep-memory.ts";

/** Jobs that run one command with many sets of parameters, each as a job of its own. */
export function sweepKind(): JobKind {
  const memory = new SweepMemory();
  return defineJobKind<SweepJob>({
    jobType: "Sweep",
    schema: sweepJobSchema,
    admit: admitSweep,
    reconcile: (sweep, tools) => reconcileSweep(sweep, memory, tools),
    clear: (sweep, tools) => clearSweep(sweep, memory, tools),
    describe(sweep) {
      const { best, open, ...detail } = detailOf(sweep);
      const bestTrial = best === undefined ? null : { name: trialName(sweep.name, best.trial), value: best.value };
      return { sweep: { ...detail, openCount: open.length, bestTrial } };
    },
  });
}
