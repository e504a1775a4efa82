import type { ErrorCode } from "./errors.ts";

/** The HTTP status of each code where a protocol has no habit of its own; protocols spread it and say what differs. */
export const HTTP_STATUSES: Readonly<Record<ErrorCode, number>> = {
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
