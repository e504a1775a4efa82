import { PlatformError, type ErrorCode } from "@lazuli/contract/errors.ts";
import { ZodError } from "zod";

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
  Unsupported: 400,
  Unavailable: 503,
  Timeout: 504,
  StorageFull: 507,
  Internal: 500,
};

/** The run history's error body. What is not known is a bug: the caller learns no more than that. */
export function renderHistoryError(error: unknown): { status: number; body: unknown; isBug: boolean } {
  const known = error instanceof ZodError ? new PlatformError("BadRequest", describeZod(error)) : error;
  if (!(known instanceof PlatformError)) {
    const message = "The server met a bug of its own. Its log tells more.";
    return { status: 500, body: { error: { code: "ServiceError", message } }, isBug: true };
  }
  const code = STATUSES[known.code] < 500 ? "UserError" : "ServiceError";
  const innerError = { code: known.azureCode ?? known.code, innerError: null };
  return { status: STATUSES[known.code], body: { error: { code, message: known.message, innerError } }, isBug: false };
}

function describeZod(error: ZodError): string {
  const issue = error.issues[0];
  return `The request's body is wrong at '${issue?.path.join(".") ?? ""}': ${issue?.message ?? "unknown"}.`;
}
