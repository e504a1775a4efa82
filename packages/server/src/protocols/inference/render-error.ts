import { PlatformError, type ErrorCode } from "@lazuli/contract/errors.ts";

/** Statuses as Azure documents them for online endpoints. */
const STATUSES: Record<ErrorCode, number> = {
  BadRequest: 400,
  Unauthenticated: 401,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  PreconditionFailed: 412,
  TooLarge: 413,
  TooManyRequests: 429,
  Unsupported: 405,
  Unavailable: 503,
  Timeout: 408,
  StorageFull: 507,
  Internal: 500,
};

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
