import { PlatformError } from "@lazuli/contract/errors.ts";
import type { z } from "zod";

const VALUE_CHARS_SHOWN = 200;

/** Throws `BadRequest` in MLflow's words, naming the first parameter that is wrong. */
export function parseInput<Input>(schema: z.ZodType<Input>, input: unknown): Input {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = renderPath(issue?.path ?? []);
  const value = valueAt(input, issue?.path ?? []);
  if (value === undefined || value === null) {
    throw new PlatformError("BadRequest", `Missing value for required parameter '${path}'.`, { target: path });
  }
  const shown = JSON.stringify(value).slice(0, VALUE_CHARS_SHOWN);
  const reason = issue === undefined ? "It is not valid." : `${issue.message}.`;
  throw new PlatformError("BadRequest", `Invalid value ${shown} for parameter '${path}' supplied: ${reason}`, {
    target: path,
  });
}

function renderPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null || typeof part === "symbol") return undefined;
    value = new Map(Object.entries(value)).get(String(part));
  }
  return value;
}
