import { PlatformError } from "@lazuli/contract/errors.ts";

import type { BlobConditions } from "./blob-store.ts";

const SECOND_MS = 1_000;

/** What conditions look at: the wire's times have whole seconds. */
export interface ConditionTarget {
  readonly etag: string;
  readonly modifiedAt: number;
}

/**
 * Throws `AlreadyExists` when `ifNoneMatch: "*"` meets an existing blob, `PreconditionFailed` for every other unmet
 * condition.
 */
export function checkWriteConditions(target: ConditionTarget | undefined, conditions: BlobConditions): void {
  if (conditions.ifNoneMatch === "*" && target !== undefined) {
    throw new PlatformError("AlreadyExists", "The specified blob already exists.", { azureCode: "BlobAlreadyExists" });
  }
  if (findUnmetCondition(target, conditions) !== undefined) throw conditionNotMet();
}

/** `notModified`: the reader has it already. Throws `PreconditionFailed` for an unmet `ifMatch` or `ifUnmodifiedSince`. */
export function checkReadConditions(target: ConditionTarget, conditions: BlobConditions): "met" | "notModified" {
  const unmet = findUnmetCondition(target, conditions);
  if (unmet === undefined) return "met";
  if (unmet === "ifNoneMatch" || unmet === "ifModifiedSince") return "notModified";
  throw conditionNotMet();
}

function findUnmetCondition(
  target: ConditionTarget | undefined,
  conditions: BlobConditions,
): keyof BlobConditions | undefined {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined && !isMatch(ifMatch, target)) return "ifMatch";
  if (target === undefined) return undefined;
  const modifiedSecond = Math.floor(target.modifiedAt / SECOND_MS);
  if (ifUnmodifiedSince !== undefined && modifiedSecond > Math.floor(ifUnmodifiedSince / SECOND_MS)) {
    return "ifUnmodifiedSince";
  }
  if (ifNoneMatch !== undefined) return isMatch(ifNoneMatch, target) ? "ifNoneMatch" : undefined;
  if (ifModifiedSince !== undefined && modifiedSecond <= Math.floor(ifModifiedSince / SECOND_MS)) {
    return "ifModifiedSince";
  }
  return undefined;
}

/** Some clients send ETags without their quotes. */
function isMatch(condition: string, target: ConditionTarget | undefined): boolean {
  if (target === undefined) return false;
  if (condition.trim() === "*") return true;
  return condition.split(",").some((etag) => stripQuotes(etag.trim()) === stripQuotes(target.etag));
}

function stripQuotes(etag: string): string {
  return etag.startsWith('"') && etag.endsWith('"') ? etag.slice(1, -1) : etag;
}

function conditionNotMet(): PlatformError {
  return new PlatformError(
    "PreconditionFailed",
    "The condition specified using HTTP conditional header(s) is not met.",
    { azureCode: "ConditionNotMet" },
  );
}
