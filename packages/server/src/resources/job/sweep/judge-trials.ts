import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";

import { intervalToJudge, reasonToEnd } from "../../../domain/search/pick-losers.ts";
import type { ResourceContext } from "../../../engine/define-resource.ts";
import { jobStateSchema } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import type { OpenTrial } from "./open-trials.ts";
import { appendPoints, newSeries } from "./read-trials.ts";
import { trialName } from "./sweep-detail.ts";
import type { Sweep, SweepRecord } from "./sweep-memory.ts";

/** Looks that follow one another within this time become one. */
const GATHER_MS = 20;

/** Has the sweep look again whenever an open trial logs the primary metric. Only a policy wants to know. */
export function watchTrials(
  sweep: Sweep,
  open: readonly number[],
  { record, context, deps }: { record: SweepRecord } & Pick<ReconcileTools, "context" | "deps">,
): void {
  if (record.settings.policy === undefined) return;
  for (const [number, leave] of record.watches) {
    if (open.includes(number)) continue;
    leave();
    record.watches.delete(number);
  }
  for (const number of open) {
    if (record.watches.has(number)) continue;
    const metric = { workspaceKey: sweep.parentKey, runId: trialName(sweep.name, number), key: record.settings.metric };
    const onLogged = (): void => context.resources.wake(sweep.id, context.clock.now() + GATHER_MS);
    record.watches.set(number, deps.tracking.watchMetric(metric, onLogged));
  }
}

/** Ends trials that the policy gives no chance. Answers a line for each. */
export async function judgeTrials(
  sweep: Sweep,
  trials: readonly OpenTrial[],
  { record, context, deps }: { record: SweepRecord } & Pick<ReconcileTools, "context" | "deps">,
): Promise<string[]> {
  const { policy, metric, goal } = record.settings;
  const { series } = record;
  if (policy === undefined || series === undefined) return [];
  await Promise.all(
    trials.map(async ({ number, name, status }) => {
      const known = series.get(number) ?? newSeries();
      series.set(number, known);
      const points = await deps.tracking.metricHistory(sweep.parentKey, name, metric, known.values.length);
      appendPoints(known, points, isTerminalStatus(status));
    }),
  );
  const all = [...series.values()];
  const lines: string[] = [];
  for (const { number, name, status, resource } of trials) {
    const own = series.get(number);
    const at = own === undefined ? undefined : intervalToJudge(policy, own.values.length);
    if (own === undefined || at === undefined || at <= own.judgedAt || isTerminalStatus(status)) continue;
    own.judgedAt = at;
    const reason = reasonToEnd(policy, own, { all, at, goal });
    if (reason === undefined || resource === undefined) continue;
    await endEarly(resource.id, `Ended early: ${reason}.`, context);
    lines.push(`Trial '${name}' is ended early: ${reason}.`);
  }
  return lines;
}

/** As a cancel, and the trial itself says why. */
async function endEarly(id: string, warning: string, context: ResourceContext): Promise<void> {
  await context.resources.updateState(id, (latest) => {
    const state = jobStateSchema.parse(latest.state);
    if (isTerminalStatus(state.status) || state.cancelRequestedAt !== undefined) return undefined;
    const addedProperties = { ...state.addedProperties, "azureml.hyperdrive.endedEarly": "true" };
    return {
      ...state,
      cancelRequestedAt: context.clock.now(),
      warnings: [...state.warnings, warning],
      addedProperties,
    };
  });
}
