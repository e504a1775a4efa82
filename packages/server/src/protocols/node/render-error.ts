import { PlatformError, type ErrorCode } from "@lazuli/contract/errors.ts";
import { HTTP_STATUSES } from "@lazuli/contract/http-status.ts";
import { ZodError } from "zod";

export interface NodeErrorReply {
  readonly status: number;
  readonly body: { readonly code: ErrorCode; readonly message: string; readonly target?: string };
}

/** A runner reads the status (try again, give up) and, for a gap in a log, the target. */
export function renderError(error: unknown): NodeErrorReply {
  const known = toPlatformError(error);
  const { code, message, target } = known;
  return { status: HTTP_STATUSES[code], body: { code, message, ...(target === undefined ? {} : { target }) } };
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
