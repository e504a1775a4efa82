import { PlatformError, type ErrorCode } from "@lazuli/contract/errors.ts";
import { HTTP_STATUSES } from "@lazuli/contract/http-status.ts";

/** Statuses as Azure documents them for online endpoints. */
const STATUSES: Readonly<Record<ErrorCode, number>> = { ...HTTP_STATUSES, Unsupported: 405, Timeout: 408 };

/** Answered by the gateway itself when the model's own answer is not a success, as Azure does. */
export const MODEL_ERROR_STATUS = 424;

/** Recorded for a caller that left before the answer. */
export const CALLER_GONE_STATUS = 499;

export interface GatewayError {
  readonly status: number;
  readonly body: string;
}

export function renderError(error: unknown): GatewayError {
  const isKnown = error instanceof PlatformError;
  const code = isKnown ? (error.azureCode ?? error.code) : "Internal";
  const message = isKnown ? error.message : "The gateway met a bug of its own; the server's log tells more.";
  return {
    status: isKnown ? STATUSES[error.code] : 500,
    body: JSON.stringify({ error: { code, message } }),
  };
}
