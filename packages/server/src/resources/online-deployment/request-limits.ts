import type { OnlineDeploymentProperties } from "@lazuli/contract/resources/online-deployment.ts";

/** How the gateway treats requests to a deployment. */
export interface RequestLimits {
  readonly concurrencyMax: number;
  readonly queueWaitMs: number;
  readonly requestTimeoutMs: number;
}

/** Azure's defaults. */
const CONCURRENCY_DEFAULT = 1;
const QUEUE_WAIT_MS_DEFAULT = 500;
const REQUEST_TIMEOUT_MS_DEFAULT = 5_000;

export function requestLimits({ requestSettings }: OnlineDeploymentProperties): RequestLimits {
  return {
    concurrencyMax: requestSettings?.maxConcurrentRequestsPerInstance ?? CONCURRENCY_DEFAULT,
    queueWaitMs: parseDuration(requestSettings?.maxQueueWait) ?? QUEUE_WAIT_MS_DEFAULT,
    requestTimeoutMs: parseDuration(requestSettings?.requestTimeout) ?? REQUEST_TIMEOUT_MS_DEFAULT,
  };
}

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const UNIT_MS = [86_400_000, 3_600_000, 60_000, 1_000];

/** Milliseconds of `PT1M30.5S`; `undefined` for nothing. The contract has checked the form. */
export function parseDuration(text: string | null | undefined): number | undefined {
  const match = text == null ? null : DURATION.exec(text);
  if (match === null) return undefined;
  return UNIT_MS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
}
