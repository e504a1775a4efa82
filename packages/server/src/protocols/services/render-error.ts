import { PlatformError } from "@lazuli/contract/errors.ts";
import { HTTP_STATUSES } from "@lazuli/contract/http-status.ts";

export interface ServiceError {
  readonly status: number;
  readonly body: string;
}

export function renderError(error: unknown): ServiceError {
  const isKnown = error instanceof PlatformError;
  const code = isKnown ? (error.azureCode ?? error.code) : "Internal";
  const message = isKnown ? error.message : "The server met a bug of its own; its log tells more.";
  return { status: isKnown ? HTTP_STATUSES[error.code] : 500, body: JSON.stringify({ error: { code, message } }) };
}
