import type { Clock } from "../base/clock.ts";
import type { Database } from "../database/database.ts";
import { Experiments } from "./experiments.ts";
import { LoggedModels } from "./logged-models.ts";
import { ModelAliases } from "./model-aliases.ts";
import { Runs } from "./runs.ts";
import { StoreContext } from "./store-context.ts";
import { Traces } from "./traces.ts";
import type { TrackingSchema } from "./tracking-schema.ts";
import type { TrackingStore } from "./tracking-store.ts";

/** Everything tracked: the part jobs use, and by topic what MLflow's operations need beyond it. */
export interface Tracking extends TrackingStore {
  readonly experiments: Experiments;
  readonly runs: Runs;
  readonly loggedModels: LoggedModels;
  readonly aliases: ModelAliases;
  readonly traces: Traces;
}

export interface TrackingDependencies {
  readonly database: Database<TrackingSchema>;
  readonly clock: Clock;
}

export function openTrackingStore({ database, clock }: TrackingDependencies): Tracking {
  const context = new StoreContext(database, clock);
  const experiments = new Experiments(context);
  const runs = new Runs(context, experiments);
  const loggedModels = new LoggedModels(context, experiments);
  const aliases = new ModelAliases(context);
  const traces = new Traces(context, experiments);
  return { experiments, runs, loggedModels, aliases, traces, ...jobTracking(experiments, runs) };
}

function jobTracking(experiments: Experiments, runs: Runs): TrackingStore {
  return {
    ensureExperiment: async (workspaceKey, name) => ({ experimentId: await experiments.ensure(workspaceKey, name) }),
    async ensureRun(request) {
      const { workspaceKey, runId } = request;
      if (runId !== undefined && (await runs.has(workspaceKey, runId))) return { runId };
      return { runId: await runs.insert(request) };
    },
    findRun: (workspaceKey, runId) => runs.find(workspaceKey, runId),
    setRunStatus: (...[workspaceKey, runId, status, at]) => runs.setStatus(workspaceKey, runId, { status, at }),
    setTags: (workspaceKey, runId, tags) => runs.log(workspaceKey, runId, { tags }),
    logParams: (workspaceKey, runId, params) => runs.log(workspaceKey, runId, { params }),
    logMetrics: (workspaceKey, runId, metrics) => runs.log(workspaceKey, runId, { metrics }),
    logMissingParams: (workspaceKey, runId, params) => runs.logMissingParams(workspaceKey, runId, params),
    async metricHistory(...[workspaceKey, runId, key, from]) {
      if (!(await runs.has(workspaceKey, runId))) return [];
      return (await runs.history(workspaceKey, runId, { key, ...(from !== undefined && { from }) })).points;
    },
    watchMetric: (metric, onLogged) => runs.watches.watch(metric, onLogged),
  };
}
