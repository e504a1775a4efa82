import { PlatformError, type ErrorCode } from "@lazuli/contract/errors.ts";
import { ZodError } from "zod";

/** RFC 6749's word and status for each code that this protocol can meet; anything else is a bug of ours. */
const OAUTH_CODES: Partial<Record<ErrorCode, { readonly status: number; readonly error: string }>> = {
  BadRequest: { status: 400, error: "invalid_request" },
  Unauthenticated: { status: 401, error: "invalid_client" },
  Forbidden: { status: 403, error: "access_denied" },
  NotFound: { status: 404, error: "not_found" },
  TooLarge: { status: 413, error: "invalid_request" },
  Unsupported: { status: 400, error: "unsupported_grant_type" },
  Unavailable: { status: 503, error: "temporarily_unavailable" },
};
const BUG = { status: 500, error: "server_error" };

export interface RenderedError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * One body for three readers: `error` and `error_description` for OAuth2 clients, `statusCode` and `message` for those of
 * managed identities, and ARM's nested form is not needed because discovery clients print the text.
 */
export function renderError(error: unknown): RenderedError {
  const known = toPlatformError(error);
  const { status, error: word } = OAUTH_CODES[known.code] ?? BUG;
  const message = known.message;
  return {
    status,
    headers: status === 401 ? { "www-authenticate": `Bearer error="${word}"` } : {},
    body: { error: word, error_description: message, statusCode: status, message },
  };
}

function toPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  if (error instanceof ZodError) {
    const [issue] = error.issues;
    const field = issue?.path.join(".") ?? "";
    return new PlatformError(
      "BadRequest",
      `The request's '${field}' is missing or malformed: ${issue?.message ?? ""}.`,
    );
  }
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
  if (status === 413) return new PlatformError("TooLarge", "The request's body is longer than a token request can be.");
  if (status >= 400 && status < 500) return new PlatformError("BadRequest", "The request is malformed.");
  return new PlatformError("Internal", "The server met a bug of its own; its log tells more.");
}
