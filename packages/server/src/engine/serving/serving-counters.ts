import { resourceKey } from "@lazuli/contract/resource-id.ts";

/** Upper bounds of the latency buckets in milliseconds; a last bucket takes the rest. */
export const LATENCY_BUCKETS_MS: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 180_000,
];

/** How one request ended. */
export interface ServedRequest {
  readonly endpointId: string;
  readonly deployment: string;
  /** What the caller was answered; 499 when the caller left first. */
  readonly status: number;
  readonly durationMs: number;
}

export interface DeploymentCounts {
  readonly requestCount: number;
  /** Requests by answered status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Requests by latency bucket, one more than {@link LATENCY_BUCKETS_MS}. */
  readonly latencies: readonly number[];
  readonly durationMsTotal: number;
}

interface Counts {
  requestCount: number;
  statuses: Record<number, number>;
  latencies: number[];
  durationMsTotal: number;
}

/** Requests and latencies of each deployment since the server started. */
export class ServingCounters {
  readonly #counts = new Map<string, Counts>();

  record({ endpointId, deployment, status, durationMs }: ServedRequest): void {
    const key = keyOf(endpointId, deployment);
    const counts = this.#counts.get(key) ?? {
      requestCount: 0,
      statuses: {},
      latencies: LATENCY_BUCKETS_MS.map(() => 0).concat(0),
      durationMsTotal: 0,
    };
    this.#counts.set(key, counts);
    counts.requestCount += 1;
    counts.statuses[status] = (counts.statuses[status] ?? 0) + 1;
    counts.durationMsTotal += durationMs;
    const found = LATENCY_BUCKETS_MS.findIndex((bound) => durationMs <= bound);
    const bucket = found < 0 ? LATENCY_BUCKETS_MS.length : found;
    counts.latencies[bucket] = (counts.latencies[bucket] ?? 0) + 1;
  }

  find(endpointId: string, deployment: string): DeploymentCounts | undefined {
    return this.#counts.get(keyOf(endpointId, deployment));
  }

  remove(endpointId: string, deployment: string): void {
    this.#counts.delete(keyOf(endpointId, deployment));
  }
}

function keyOf(endpointId: string, deployment: string): string {
  return `${resourceKey(endpointId)}/${deployment.toLowerCase()}`;
}
