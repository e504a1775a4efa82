import { PlatformError, type ErrorCode } from "@lazuli/contract/errors.ts";

import type { ArmReply } from "./arm-dependencies.ts";

/** ARM's word and status for each code, unless the error itself names Azure's. */
const ARM_CODES: Record<ErrorCode, { status: number; code: string }> = {
  BadRequest: { status: 400, code: "UserError" },
  Unauthenticated: { status: 401, code: "InvalidAuthenticationToken" },
  Forbidden: { status: 403, code: "AuthorizationFailed" },
  NotFound: { status: 404, code: "ResourceNotFound" },
  AlreadyExists: { status: 409, code: "ResourceExists" },
  Conflict: { status: 409, code: "Conflict" },
  PreconditionFailed: { status: 412, code: "PreconditionFailed" },
  TooLarge: { status: 413, code: "RequestEntityTooLarge" },
  TooManyRequests: { status: 429, code: "TooManyRequests" },
  Unsupported: { status: 400, code: "NotSupported" },
  Unavailable: { status: 503, code: "ServiceUnavailable" },
  Timeout: { status: 504, code: "GatewayTimeout" },
  StorageFull: { status: 507, code: "InsufficientStorage" },
  Internal: { status: 500, code: "InternalServerError" },
};

const INTERNAL_MESSAGE = "The server met a bug of its own. Its log tells more; the request's id finds the place.";
const RETRY_SECONDS = "1";

/** ARM's error body. What is not a `PlatformError` is a bug: the caller learns no more than that. */
export function renderError(error: unknown, requestId: string): ArmReply {
  const known = error instanceof PlatformError ? error : toPlatformError(error);
  const { status, code } = ARM_CODES[known?.code ?? "Internal"];
  const details = known?.details.map((detail) => ({ ...detail })) ?? [];
  return {
    status,
    headers: {
      "x-ms-error-code": known?.azureCode ?? code,
      ...(status === 401 && { "www-authenticate": `Bearer authorization_uri="/oauth2/token", error="invalid_token"` }),
      ...((status === 429 || status === 503) && { "retry-after": RETRY_SECONDS }),
    },
    body: {
      error: {
        code: known?.azureCode ?? code,
        message: known?.message ?? INTERNAL_MESSAGE,
        ...(known?.target !== undefined && { target: known.target }),
        details,
        additionalInfo: [{ type: "RequestId", info: { value: requestId } }],
      },
    },
  };
}

/** What Fastify itself refuses: malformed JSON, a body that is too large, a content type without parser. */
function toPlatformError(error: unknown): PlatformError | undefined {
  if (!(error instanceof Error) || !("statusCode" in error)) return undefined;
  const status = Number(error.statusCode);
  if (status === 413) return new PlatformError("TooLarge", "The request's body is larger than this server takes.");
  if (status === 415)
    return new PlatformError("BadRequest", "The request's body is not JSON: set Content-Type to application/json.");
  if (status >= 400 && status < 500)
    return new PlatformError("BadRequest", `The request is malformed: ${error.message}.`);
  return undefined;
}
