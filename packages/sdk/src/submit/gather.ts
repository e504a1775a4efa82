import { PlatformError, type ErrorDetail } from "@lazuli/contract/errors.ts";

import { LOCATED } from "./locate-problems.ts";

/** A piece of work, and the place in the file that its problems are about; empty for the whole. */
export type Part<T> = readonly [target: string, work: Promise<T>];

/**
 * Waits for all parts. What is wrong with one or several of them is thrown as one error that has each problem at its
 * place, so that nobody repairs a file one problem at a time.
 */
export async function gather<T>(parts: readonly Part<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(parts.map(([, work]) => work));
  const failures: { target: string; error: PlatformError }[] = [];
  const results: T[] = [];
  for (const [index, outcome] of settled.entries()) {
    if (outcome.status === "fulfilled") results.push(outcome.value);
    else if (outcome.reason instanceof PlatformError) {
      failures.push({ target: parts[index]?.[0] ?? "", error: outcome.reason });
    } else throw outcome.reason;
  }
  const [first] = failures;
  if (first === undefined) return results;
  const details = failures.flatMap(({ target, error }) => detailsAt(target, error));
  const message = [...new Set(failures.map(({ error }) => error.message))].join("\n");
  throw new PlatformError(first.error.code, message, { details, cause: first.error });
}

/** The result of work whose problems are about one place. */
export async function placed<T>(target: string, work: Promise<T>): Promise<T> {
  await gather([[target, work]]);
  return work;
}

function detailsAt(target: string, error: PlatformError): ErrorDetail[] {
  if (error.details.length === 0) {
    return [{ code: error.code, message: error.message, target: join(target, error.target ?? "") }];
  }
  return error.details.map((detail) =>
    detail.code === LOCATED ? detail : { ...detail, target: join(target, detail.target ?? "") },
  );
}

/** Fields of a resource that was put on the way, as `properties.image`, are not fields of the file. */
function join(outer: string, inner: string): string {
  if (outer === "") return inner;
  return inner === "" || inner.startsWith("properties") ? outer : `${outer}.${inner}`;
}
