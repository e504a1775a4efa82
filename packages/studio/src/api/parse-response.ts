import { PlatformError, type ErrorCode } from "@lazuli/contract/errors.ts";
import * as z from "zod/mini";

const azureErrorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const mlflowErrorSchema = z.object({ error_code: z.string(), message: z.string() });

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: "BadRequest",
  401: "Unauthenticated",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  412: "PreconditionFailed",
  413: "TooLarge",
  429: "TooManyRequests",
  501: "Unsupported",
  503: "Unavailable",
  504: "Timeout",
};

/** Parses a JSON answer. Throws the server's own sentence as a `PlatformError` for an answer that is no success. */
export async function parseResponse<Schema extends z.ZodMiniType>(
  response: Response,
  schema: Schema,
): Promise<z.output<Schema>> {
  if (!response.ok) throw await parseFailure(response);
  const text = await response.text();
  return schema.parse(text === "" ? {} : JSON.parse(text));
}

export async function parseFailure(response: Response): Promise<PlatformError> {
  const code = CODES[response.status] ?? "Internal";
  const body: unknown = await response.json().catch(() => undefined);
  const azure = azureErrorSchema.safeParse(body);
  if (azure.success) return new PlatformError(code, azure.data.error.message, { azureCode: azure.data.error.code });
  const mlflow = mlflowErrorSchema.safeParse(body);
  if (mlflow.success) return new PlatformError(code, mlflow.data.message, { azureCode: mlflow.data.error_code });
  return new PlatformError(code, `The server answered ${response.status} ${response.statusText}.`);
}
