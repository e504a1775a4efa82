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

export interface NodeErrorReply {
  readonly status: number;
  readonly body: { readonly code: ErrorCode; readonly message: string; readonly target?: string };
}

/** A runner reads the status (try again, give up) and, for a gap in a log, the target. */
export function renderError(error: unknown): NodeErrorReply {
  const known = toPlatformError(error);
  const { code, message, target } = known;
  return { status: STATUSES[code], body: { code, message, ...(target === undefined ? {} : { target }) } };
}

function toPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  if (error instanceof ZodError) return new PlatformError("BadRequest", describeIssue(error));
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
  if (status === 413) return new PlatformError("TooLarge", "The request's body is too large.");
  if (status >= 400 && status < 500) return new PlatformError("BadRequest", "The request is malformed.");
  return new PlatformError("Internal", "The server met a bug of its own; its log tells more.");
}

function describeIssue(error: ZodError): string {
  const [issue] = error.issues;
  return `The request is malformed at '${issue?.path.join(".") ?? ""}': ${issue?.message ?? "unknown"}.`;
}
