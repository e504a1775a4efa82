import { PlatformError, type ErrorDetail } from "@lazuli/contract/errors.ts";
import { componentSpecSchema } from "@lazuli/contract/jobs/component-spec.ts";
import { parseResourceId } from "@lazuli/contract/resource-id.ts";
import { z } from "zod";

const specSchema = z.record(z.string(), z.unknown());
/** Say who a component is, not what it does: clients leave them out or send what the version is called. */
const NAMING = ["name", "version", "id", "creation_context"];

/** Refuses, with every problem at once, a spec that no step could be made of. Throws `BadRequest`. */
export function assertValidSpec(spec: unknown, id: string): void {
  const parsed = componentSpecSchema.safeParse(spec);
  if (parsed.success) return;
  const details: ErrorDetail[] = parsed.error.issues.map((issue) => ({
    code: "InvalidProperty",
    message: issue.message,
    target: ["properties", "componentSpec", ...issue.path].join("."),
  }));
  const message = details.map((detail) => `'${detail.target}' is not valid: ${detail.message}.`).join(" ");
  throw new PlatformError("BadRequest", `Component '${nameOf(id)}' cannot be stored: ${message}`, {
    target: details[0]?.target ?? "properties.componentSpec",
    details,
    azureCode: "ValidationError",
  });
}

/** Whether two specs do the same, however they are named and in whatever order they say it. */
export function isSameSpec(before: unknown, after: unknown): boolean {
  return comparable(before) === comparable(after);
}

/** The spec as clients read it: with the name and version that it is found under. */
export function renderSpec(spec: unknown, resource: { id: string; properties: Record<string, unknown> }): unknown {
  const parsed = specSchema.safeParse(spec);
  if (!parsed.success) return spec;
  const { segments } = parseResourceId(resource.id);
  const [name, version] = [segments.at(-2)?.[1] ?? "", segments.at(-1)?.[1] ?? ""];
  const isAnonymous = resource.properties["isAnonymous"] === true;
  return isAnonymous ? { name, version, ...parsed.data } : { ...parsed.data, name, version };
}

function comparable(spec: unknown): string {
  const parsed = specSchema.safeParse(spec);
  if (!parsed.success) return JSON.stringify(spec ?? null);
  return JSON.stringify(
    sorted(Object.fromEntries(Object.entries(parsed.data).filter(([key]) => !NAMING.includes(key)))),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item != null);
  return Object.fromEntries(
    entries.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([key, item]) => [key, sorted(item)]),
  );
}

function nameOf(id: string): string {
  return parseResourceId(id).segments.at(-2)?.[1] ?? id;
}
