import { PlatformError, type ErrorDetail } from "@lazuli/contract/errors.ts";

import { renderLocated, type YamlDocument } from "../yaml/yaml-document.ts";

/** Marks details whose message already begins with its place in a file. */
export const LOCATED = "InvalidYaml";

/**
 * Runs `work`; what the platform finds wrong with fields is thrown with the lines of the files that they came from,
 * where they came from one.
 */
export async function locateProblems<T>(document: YamlDocument, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw locateError(document, error);
  }
}

function locateError(document: YamlDocument, error: unknown): unknown {
  if (!(error instanceof PlatformError)) return error;
  const details: readonly ErrorDetail[] =
    error.details.length > 0
      ? error.details
      : error.target === undefined
        ? []
        : [{ code: error.code, message: error.message, target: error.target }];
  const located = details.map((detail) => {
    // Problems of a component's file stand at their lines already.
    if (detail.code === LOCATED) return { detail, isPlaced: true, line: detail.message };
    const place = detail.target === undefined ? undefined : document.locate(detail.target, detail.message);
    return { detail, isPlaced: place !== undefined, line: renderLocated(place, detail.message) };
  });
  if (!located.some(({ isPlaced }) => isPlaced)) return error;
  const lines = [...new Set(located.map(({ line }) => line))];
  return new PlatformError(error.code, lines.join("\n"), {
    ...(error.target === undefined ? {} : { target: error.target }),
    details: located.map(({ detail, line }) => ({ ...detail, code: LOCATED, message: line })),
    cause: error,
  });
}
