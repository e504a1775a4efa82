import { PlatformError } from "@lazuli/contract/errors.ts";
import { HTTP_STATUSES } from "@lazuli/contract/http-status.ts";
import { ZodError } from "zod";

/** The run history's error body. What is not known is a bug: the caller learns no more than that. */
export function renderHistoryError(error: unknown): { status: number; body: unknown; isBug: boolean } {
  const known = error instanceof ZodError ? new PlatformError("BadRequest", describeZod(error)) : error;
  if (!(known instanceof PlatformError)) {
    const message = "The server met a bug of its own. Its log tells more.";
    return { status: 500, body: { error: { code: "ServiceError", message } }, isBug: true };
  }
  const code = HTTP_STATUSES[known.code] < 500 ? "UserError" : "ServiceError";
  const innerError = { code: known.azureCode ?? known.code, innerError: null };
  return {
    status: HTTP_STATUSES[known.code],
    body: { error: { code, message: known.message, innerError } },
    isBug: false,
  };
}

function describeZod(error: ZodError): string {
  const issue = error.issues[0];
  return `The request's body is wrong at '${issue?.path.join(".") ?? ""}': ${issue?.message ?? "unknown"}.`;
}
