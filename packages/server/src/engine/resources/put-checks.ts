import { PlatformError, type ErrorDetail } from "@lazuli/contract/errors.ts";
import type { ResourceType } from "@lazuli/contract/resource-type.ts";
import { z } from "zod";

import type { Resource } from "./resource.ts";
import type { PutRequest } from "./resources.ts";

/** Longest name of any resource; types may ask for less. */
const NAME_LENGTH_MAX = 255;
const NAME = /^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/;

/** Properties as the catalog's schema has them. Throws `BadRequest` that lists every problem with its path. */
export function parseProperties(type: ResourceType, value: unknown): Record<string, unknown> {
  const parsed = type.properties.safeParse(value ?? {});
  if (parsed.success) return withoutNulls(z.record(z.string(), z.unknown()).parse(parsed.data));
  const details: ErrorDetail[] = parsed.error.issues.map((issue) => ({
    code: "InvalidProperty",
    message: issue.message,
    target: ["properties", ...issue.path].join("."),
  }));
  const [first] = details;
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : "";
  throw new PlatformError("BadRequest", `'${first?.target ?? ""}' is not valid: ${first?.message ?? ""}${more}.`, {
    ...(first?.target !== undefined && { target: first.target }),
    details,
    azureCode: "ValidationError",
  });
}

/** To clients that send every member, `null` means absent. */
function withoutNulls(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}

export function checkName(name: string, type: ResourceType): void {
  if (name.length <= NAME_LENGTH_MAX && NAME.test(name)) return;
  throw new PlatformError(
    "BadRequest",
    `'${name.slice(0, NAME_LENGTH_MAX)}' cannot name a ${type.noun.replaceAll("-", " ")}: use letters, digits, '-', '_' and '.', ` +
      `starting with a letter, digit or '_', at most ${NAME_LENGTH_MAX} characters.`,
    { target: "name", azureCode: "InvalidResourceName" },
  );
}

/** The ETag of a resource, without quotes. */
export function etagOf(resource: Pick<Resource, "revision">): string {
  return String(resource.revision);
}

export function checkConditions(request: PutRequest, existing: Resource | undefined): void {
  const { ifMatch, ifNoneMatch } = request;
  if (ifNoneMatch === "*" && existing !== undefined) {
    throw new PlatformError("PreconditionFailed", `'${request.id}' exists already.`, { target: "If-None-Match" });
  }
  if (ifMatch === undefined) return;
  const wanted = ifMatch.replace(/^W\//, "").replaceAll('"', "");
  if (existing !== undefined && (wanted === "*" || wanted === etagOf(existing))) return;
  const now = existing === undefined ? "does not exist" : `has the ETag '${etagOf(existing)}' by now`;
  throw new PlatformError("PreconditionFailed", `'${request.id}' ${now}: read it again and repeat your change.`, {
    target: "If-Match",
  });
}
