/** The few codes that a caller can act on; each protocol renders them in its own words in `render-error.ts`. */
export const ERROR_CODES = [
  "BadRequest",
  "Unauthenticated",
  "Forbidden",
  "NotFound",
  "AlreadyExists",
  "Conflict",
  "PreconditionFailed",
  "TooLarge",
  "TooManyRequests",
  "Unsupported",
  "Unavailable",
  "Timeout",
  "StorageFull",
  "Internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** One problem among several, for a request that is wrong in more than one place. */
export interface ErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
}

export interface PlatformErrorOptions {
  /** The field, path or name that is at fault, as `properties.defaults`. */
  readonly target?: string;
  readonly details?: readonly ErrorDetail[];
  /** The word that Azure uses for this very case, where a client matches on it (`UserError`, `BlobNotFound`). */
  readonly azureCode?: string;
  readonly cause?: unknown;
}

/**
 * Something a caller can act on. Everything else that is thrown is a bug and answered as `Internal`.
 *
 * The message is one sentence that names the thing, says what is wrong and, where it can, what to do.
 */
export class PlatformError extends Error {
  readonly code: ErrorCode;
  readonly target: string | undefined;
  readonly details: readonly ErrorDetail[];
  readonly azureCode: string | undefined;

  constructor(code: ErrorCode, message: string, options: PlatformErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "PlatformError";
    this.code = code;
    this.target = options.target;
    this.details = options.details ?? [];
    this.azureCode = options.azureCode;
  }
}

/** The message of whatever was thrown, for a log line or a wrapped error. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
