import type { Place } from "./codec.ts";
import { isRecord } from "./composite-codec.ts";
import type { Entity } from "./entities/entity.ts";
import { applyAssignments, type Assignment } from "./assignments.ts";
import { yamlError } from "./yaml-issue.ts";
import { YamlSource } from "./yaml-source.ts";

export interface LoadOptions {
  /** Shown in messages; relative paths in the file start from its folder. */
  readonly file: string;
  /** `--set` and flags; they are laid over the file before it is checked. */
  readonly assignments?: readonly Assignment[];
}

/**
 * Reads and checks the YAML file of one resource.
 *
 * Throws one `BadRequest` that lists every problem with its line, column and the key that was probably meant.
 */
export function loadEntity(entity: Entity, text: string, options: LoadOptions): Record<string, unknown> {
  const source = new YamlSource(options.file, text);
  const value = source.value();
  if (source.issues.length > 0) throw yamlError(source.issues);
  const overlaid = applyAssignments(value ?? {}, options.assignments ?? []);
  const changed = new Set((options.assignments ?? []).map((assignment) => assignment.path.join(".")));
  const place: Place = {
    path: [],
    report: (path, message, at) => source.report(path, message, at),
    // What `--set` replaced is no longer what the file says at that place.
    textAt: (path) => (changed.has(path.join(".")) ? undefined : source.textAt(path)),
  };
  const read = entity.codec.read(overlaid, place);
  if (source.issues.length > 0) throw yamlError(source.issues);
  return isRecord(read) ? read : {};
}

/** Checks a value that came from flags alone. */
export function checkEntity(entity: Entity, value: unknown): Record<string, unknown> {
  return loadEntity(entity, "", { file: `the options of ${entity.noun}`, assignments: flatAssignments(value) });
}

function flatAssignments(value: unknown): Assignment[] {
  return Object.entries(isRecord(value) ? value : {})
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => ({ path: [key], value: item }));
}
