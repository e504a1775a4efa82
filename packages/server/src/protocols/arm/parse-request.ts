import { describeError, PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import type { Envelope } from "../../engine/resources/resource.ts";
import { toEnvelope } from "../../engine/resources/resource-row.ts";

const API_VERSION = /^\d{4}-\d{2}-\d{2}(-[a-z]+)?$/i;
const DATA_PLANE_VERSION = /^v?\d+(\.\d+)*$/;

const objectSchema = z.record(z.string(), z.unknown());
const envelopeBody = z.object({
  location: z.string().nullish(),
  tags: z.record(z.string(), z.string().nullable()).nullish(),
  kind: z.string().nullish(),
  sku: objectSchema.nullish(),
  identity: objectSchema.nullish(),
});

/** All versions mean the one current shape; only nonsense is refused. */
export function checkApiVersion(version: string | undefined): void {
  if (version === undefined || version === "") {
    throw new PlatformError(
      "BadRequest",
      "The api-version query parameter is missing. Add for example '?api-version=2024-10-01'.",
      {
        azureCode: "MissingApiVersionParameter",
      },
    );
  }
  if (API_VERSION.test(version) || DATA_PLANE_VERSION.test(version)) return;
  throw new PlatformError("BadRequest", `'${version}' is not an api-version. Use one like '2024-10-01'.`, {
    target: "api-version",
    azureCode: "InvalidApiVersionParameter",
  });
}

/** Throws `BadRequest` that says where the text stops being JSON; an empty one is no body. */
export function parseJson(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed;
  } catch (error) {
    throw new PlatformError("BadRequest", `The request's body is not JSON: ${describeError(error)}.`, {
      azureCode: "InvalidRequestContent",
      cause: error,
    });
  }
}

export interface PutBody {
  readonly properties: Record<string, unknown>;
  readonly envelope: Envelope;
}

export function parsePutBody(body: unknown): PutBody {
  const whole = parseObject(body, "The request's body");
  const properties = whole["properties"] ?? {};
  return { properties: parseObject(properties, "'properties'"), envelope: parseEnvelope(whole) };
}

/** Merges a PATCH into what is there, as RFC 7386 has it: `null` takes away, objects merge, all else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

export function parseObject(value: unknown, what: string): Record<string, unknown> {
  if (isObject(value)) return value;
  throw new PlatformError("BadRequest", `${what} must be a JSON object.`, { azureCode: "InvalidRequestContent" });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseEnvelope(body: Record<string, unknown>): Envelope {
  const parsed = envelopeBody.safeParse(body);
  if (!parsed.success) {
    const details = parsed.error.issues.map((issue) => ({
      code: "InvalidProperty",
      message: issue.message,
      target: issue.path.join("."),
    }));
    throw new PlatformError("BadRequest", `'${details[0]?.target ?? ""}' is not valid: ${details[0]?.message ?? ""}.`, {
      details,
      azureCode: "ValidationError",
    });
  }
  const { tags, ...others } = parsed.data;
  const given = Object.entries(others).filter(([, value]) => value !== null && value !== undefined);
  const keptTags = Object.entries(tags ?? {}).filter(([, value]) => value !== null);
  return toEnvelope({ ...Object.fromEntries(given), ...(tags && { tags: Object.fromEntries(keptTags) }) });
}
