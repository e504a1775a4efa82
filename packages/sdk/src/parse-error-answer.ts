import { ERROR_CODES, PlatformError, type ErrorCode, type ErrorDetail } from "@lazuli/contract/errors.ts";
import { z } from "zod";

const errorSchema = z.looseObject({
  code: z.string().nullish(),
  message: z.string().nullish(),
  target: z.string().nullish(),
  details: z
    .array(z.looseObject({ code: z.string().nullish(), message: z.string().nullish(), target: z.string().nullish() }))
    .nullish(),
});

/** `{error: {...}}` of ARM, or MLflow's `{error_code, message}`. */
const answerSchema = z.union([
  z.looseObject({ error: errorSchema }),
  z.looseObject({ error_code: z.string(), message: z.string() }),
]);

const CODES_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: "BadRequest",
  401: "Unauthenticated",
  403: "Forbidden",
  404: "NotFound",
  408: "Timeout",
  409: "Conflict",
  412: "PreconditionFailed",
  413: "TooLarge",
  429: "TooManyRequests",
  501: "Unsupported",
  503: "Unavailable",
  504: "Timeout",
  507: "StorageFull",
};

/** Turns an error answer into what the server threw: the same code, message, target and details. */
export function parseErrorAnswer(status: number, body: unknown): PlatformError {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) {
    const text = typeof body === "string" && body.trim() !== "" ? body.trim().slice(0, 500) : "no reason given";
    return new PlatformError(codeOf(status, undefined), `The platform answered ${status}: ${text}.`);
  }
  const answer = parsed.data;
  if (!("error" in answer) || answer.error === undefined) {
    const { error_code: azureCode, message } = z.object({ error_code: z.string(), message: z.string() }).parse(answer);
    return new PlatformError(codeOf(status, azureCode), message, { azureCode });
  }
  return parseErrorObject(answer.error, status);
}

/** The `error` of an answer, an operation or a failed job. */
export function parseErrorObject(error: unknown, status = 500): PlatformError {
  const parsed = errorSchema.safeParse(error ?? {});
  const found = parsed.success ? parsed.data : {};
  const details: ErrorDetail[] = (found.details ?? []).map((detail) => ({
    code: detail.code ?? "Unknown",
    message: detail.message ?? "",
    ...(detail.target == null ? {} : { target: detail.target }),
  }));
  return new PlatformError(
    codeOf(status, found.code ?? undefined),
    found.message ?? `The platform answered ${status}.`,
    {
      details,
      ...(found.code == null ? {} : { azureCode: found.code }),
      ...(found.target == null ? {} : { target: found.target }),
    },
  );
}

function codeOf(status: number, azureCode: string | undefined): ErrorCode {
  const known = ERROR_CODES.find((code) => code === azureCode);
  return known ?? CODES_BY_STATUS[status] ?? (status < 500 ? "BadRequest" : "Internal");
}
