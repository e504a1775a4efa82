import { PlatformError, type ErrorCode } from "@lazuli/contract/errors.ts";

export interface ErrorReply {
  readonly status: number;
  readonly body: { readonly error_code: string; readonly message: string };
}

/** MLflow's word and status for each code. */
const MLFLOW_CODES: Record<ErrorCode, { readonly status: number; readonly code: string }> = {
  BadRequest: { status: 400, code: "INVALID_PARAMETER_VALUE" },
  Unauthenticated: { status: 401, code: "UNAUTHENTICATED" },
  Forbidden: { status: 403, code: "PERMISSION_DENIED" },
  NotFound: { status: 404, code: "RESOURCE_DOES_NOT_EXIST" },
  AlreadyExists: { status: 400, code: "RESOURCE_ALREADY_EXISTS" },
  Conflict: { status: 400, code: "INVALID_STATE" },
  PreconditionFailed: { status: 400, code: "RESOURCE_CONFLICT" },
  TooLarge: { status: 400, code: "BAD_REQUEST" },
  TooManyRequests: { status: 429, code: "REQUEST_LIMIT_EXCEEDED" },
  Unsupported: { status: 501, code: "NOT_IMPLEMENTED" },
  Unavailable: { status: 503, code: "TEMPORARILY_UNAVAILABLE" },
  Timeout: { status: 503, code: "TEMPORARILY_UNAVAILABLE" },
  StorageFull: { status: 500, code: "RESOURCE_EXHAUSTED" },
  Internal: { status: 500, code: "INTERNAL_ERROR" },
};

const INTERNAL_MESSAGE = "The server met a bug of its own. Its log tells more.";

/** MLflow's error body. What is not a `PlatformError` is a bug: the caller learns no more than that. */
export function renderError(error: unknown): ErrorReply {
  const known = error instanceof PlatformError ? error : undefined;
  const { status, code } = MLFLOW_CODES[known?.code ?? "Internal"];
  return { status, body: { error_code: known?.azureCode ?? code, message: known?.message ?? INTERNAL_MESSAGE } };
}
