import { PlatformError, type ErrorCode } from "@lazuli/contract/errors.ts";

import type { StorageReply } from "./storage-operation.ts";
import { renderXml } from "./storage-xml.ts";

/** Azure Storage's status and word for each code, unless the error itself names the word. */
const STORAGE_CODES: Record<ErrorCode, { status: number; code: string }> = {
  BadRequest: { status: 400, code: "InvalidInput" },
  Unauthenticated: { status: 401, code: "NoAuthenticationInformation" },
  Forbidden: { status: 403, code: "AuthorizationPermissionMismatch" },
  NotFound: { status: 404, code: "ResourceNotFound" },
  AlreadyExists: { status: 409, code: "ResourceAlreadyExists" },
  Conflict: { status: 409, code: "OperationNotAllowed" },
  PreconditionFailed: { status: 412, code: "ConditionNotMet" },
  TooLarge: { status: 413, code: "RequestBodyTooLarge" },
  TooManyRequests: { status: 503, code: "ServerBusy" },
  Unsupported: { status: 400, code: "UnsupportedHeader" },
  Unavailable: { status: 503, code: "ServerBusy" },
  Timeout: { status: 408, code: "OperationTimedOut" },
  StorageFull: { status: 507, code: "InsufficientAccountStorage" },
  Internal: { status: 500, code: "InternalError" },
};
/** Words whose status is not that of their code. */
const STATUS_OF_WORD: Readonly<Record<string, number>> = {
  InvalidRange: 416,
  UnsupportedHttpVerb: 405,
  InvalidBlobOrBlock: 400,
  NotImplemented: 501,
  AuthenticationFailed: 403,
  MissingContentLengthHeader: 411,
};
const INTERNAL_MESSAGE = "The server met a bug of its own. Its log tells more; the request's id finds the place.";
const CHALLENGE = "Bearer";

/** `undefined` for what is a bug of ours; the caller of this logs it. */
export function toPlatformError(error: unknown): PlatformError | undefined {
  if (error instanceof PlatformError) return error;
  if (!(error instanceof Error) || !("statusCode" in error)) return undefined;
  const status = Number(error.statusCode);
  if (status === 413) return new PlatformError("TooLarge", "The request's body is larger than this operation takes.");
  if (status < 400 || status >= 500) return undefined;
  return new PlatformError("BadRequest", `The request is malformed: ${error.message}.`, {
    azureCode: "InvalidHeaderValue",
  });
}

/** Azure's XML error; its word is also in `x-ms-error-code`, which is all that a HEAD request gets. */
export function renderError(error: PlatformError | undefined, requestId: string): StorageReply {
  const known = STORAGE_CODES[error?.code ?? "Internal"];
  const code = error?.azureCode ?? known.code;
  const status = STATUS_OF_WORD[code] ?? known.status;
  const message = `${error?.message ?? INTERNAL_MESSAGE}\nRequestId:${requestId}`;
  return {
    status,
    headers: {
      "content-type": "application/xml",
      "x-ms-error-code": code,
      ...(status === 401 && { "www-authenticate": CHALLENGE }),
      ...(error?.azureCode === "InvalidRange" &&
        error.target !== undefined && { "content-range": `bytes */${error.target}` }),
    },
    body: renderXml("Error", { Code: code, Message: message }),
  };
}
