import { PlatformError, type ErrorCode } from "@lazuli/contract/errors.ts";
import { HTTP_STATUSES } from "@lazuli/contract/http-status.ts";
import { ZodError } from "zod";

const STATUSES: Readonly<Record<ErrorCode, number>> = { ...HTTP_STATUSES, Unsupported: 501 };

export interface RenderedError {
  readonly status: number;
  readonly body: { readonly error: { readonly code: string; readonly message: string } };
}

/** Studio reads the same body as ARM's clients. */
export function renderError(error: unknown): RenderedError {
  const known = toPlatformError(error);
  return {
    status: STATUSES[known.code],
    body: { error: { code: known.azureCode ?? known.code, message: known.message } },
  };
}

function toPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  if (error instanceof ZodError) {
    const [issue] = error.issues;
    return new PlatformError("BadRequest", `'${issue?.path.join(".") ?? ""}' is not right: ${issue?.message ?? ""}.`);
  }
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500) return new PlatformError("BadRequest", "The request is malformed.");
  return new PlatformError("Internal", "The server met a bug of its own; its log tells more.");
}
