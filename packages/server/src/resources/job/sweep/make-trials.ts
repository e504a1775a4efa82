import { PlatformError } from "@lazuli/contract/errors.ts";

import { parametersAt } from "../../../domain/search/parameters.ts";
import { samplePoint } from "../../../domain/search/sampler.ts";
import { ensureChild } from "../children/child-jobs.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import type { OpenTrial } from "./open-trials.ts";
import { isWaiting } from "./open-trials.ts";
import { trialName, type SweepDetail } from "./sweep-detail.ts";
import type { Sweep, SweepRecord } from "./sweep-memory.ts";
import { trialJob } from "./trial-job.ts";

/** Trials that may wait for a node; more are made when these have one, so that a sweep of any size costs the same. */
const WAITING_MAX = 8;
/** A trial that learns from others is made late. */
const WAITING_BAYESIAN_MAX = 2;

/** Makes as many trials as may run now. A refused trial stops the sweep: the next would be refused as well. */
export async function makeTrials(
  sweep: Sweep,
  open: readonly OpenTrial[],
  { detail, record, context }: { detail: SweepDetail; record: SweepRecord } & Pick<ReconcileTools, "context">,
): Promise<SweepDetail> {
  const { settings, log } = record;
  const waitingMax = settings.sampler.algorithm === "Bayesian" ? WAITING_BAYESIAN_MAX : WAITING_MAX;
  const room = Math.min(
    settings.trialCountMax - detail.madeCount,
    settings.concurrentMax - open.length,
    waitingMax - open.filter(isWaiting).length,
  );
  const numbers = Array.from({ length: Math.max(room, 0) }, (_, index) => detail.madeCount + index);
  const observations = [...(record.observations?.values() ?? [])];
  try {
    // Side by side, so that they share a commit.
    await Promise.all(
      numbers.map(async (number) => {
        const point = samplePoint(settings.space, settings.sampler, { index: number, observations });
        const trial = { name: trialName(sweep.name, number), parameters: parametersAt(settings.space, point) };
        const { properties } = trialJob(sweep.properties, trial);
        await ensureChild(sweep, { name: trial.name, properties }, context);
        log.add(context, `Trial '${trial.name}' is made with ${JSON.stringify(trial.parameters)}.`);
      }),
    );
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code === "Unavailable" || error.code === "Internal") throw error;
    const reason = `A trial was refused: ${error.message}`;
    log.add(context, reason);
    const open = [...detail.open, ...numbers];
    return { ...detail, madeCount: detail.madeCount + numbers.length, open, stop: { kind: "refused", reason } };
  }
  return { ...detail, madeCount: detail.madeCount + numbers.length, open: [...detail.open, ...numbers] };
}
