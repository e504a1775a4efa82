import type { WatchedMetric } from "./tracking-store.ts";

/** Who wants to hear when a metric of a run is logged. A run that nobody watches costs one look into a map. */
export class MetricWatches {
  readonly #byRun = new Map<string, Map<string, Set<() => void>>>();

  /** Until the returned function is called. */
  watch({ workspaceKey, runId, key }: WatchedMetric, onLogged: () => void): () => void {
    const run = nameOf(workspaceKey, runId);
    const byKey = this.#byRun.get(run) ?? new Map<string, Set<() => void>>();
    this.#byRun.set(run, byKey);
    const listeners = byKey.get(key) ?? new Set();
    byKey.set(key, listeners);
    // A listener of its own, so that the same function may watch twice.
    const listener = (): void => onLogged();
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && byKey.get(key) === listeners) byKey.delete(key);
      if (byKey.size === 0 && this.#byRun.get(run) === byKey) this.#byRun.delete(run);
    };
  }

  /** Call once the points are durable. */
  announce(workspaceKey: string, runId: string, metrics: readonly { readonly key: string }[]): void {
    if (this.#byRun.size === 0 || metrics.length === 0) return;
    const byKey = this.#byRun.get(nameOf(workspaceKey, runId));
    if (byKey === undefined) return;
    for (const key of new Set(metrics.map((metric) => metric.key))) {
      for (const listener of byKey.get(key) ?? []) listener();
    }
  }
}

function nameOf(workspaceKey: string, runId: string): string {
  return `${workspaceKey}\n${runId}`;
}
