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
 * Reads and checks the YAML file of one resource; files that it names are not read (`loadDocument` reads them too).
 *
 * Throws one `BadRequest` that lists every problem with its line, column and the key that was probably meant.
 */
export function loadEntity(entity: Entity, text: string, options: LoadOptions): Record<string, unknown> {
  const source = new YamlSource(options.file, text);
  const value = readSource(
    entity,
    source,
    options.assignments === undefined ? {} : { assignments: options.assignments },
  );
  if (source.issues.length > 0) throw yamlError(source.issues);
  return value;
}

/** What a file says, checked; problems are left in the source, and the value then lacks what is wrong. */
export function readSource(
  entity: Entity,
  source: YamlSource,
  { assignments = [], overlay }: Overlays = {},
): Record<string, unknown> {
  const value = source.value();
  if (source.issues.length > 0) return {};
  const overlaid = applyAssignments(value ?? {}, assignments);
  const read = entity.codec.read(overlaid, placeIn(source, { assignments, ...(overlay && { overlay }) }));
  return isRecord(read) ? read : {};
}

/** What is laid over a file before it is read. */
export interface Overlays {
  readonly assignments?: readonly Assignment[];
  /** The place in another file that the assignments come from. */
  readonly overlay?: { readonly source: YamlSource; readonly path: readonly string[] };
}

/** The root of a file. What `--set` replaced is no longer what the file says at that place. */
export function placeIn(source: YamlSource, { assignments = [], overlay }: Overlays = {}): Place {
  const changed = new Set(assignments.map((assignment) => assignment.path.join(".")));
  const speaker = (path: readonly (string | number)[]) => {
    const own = { source, path };
    if (overlay === undefined || path.length === 0) return own;
    const other = [...overlay.path, ...path];
    return overlay.source.has(other) ? { source: overlay.source, path: other } : own;
  };
  return {
    path: [],
    report(path, message, at) {
      const { source: file, path: place } = speaker(path);
      file.report(place, message, at);
    },
    warn(path, message) {
      const { source: file, path: place } = speaker(path);
      file.warn(place, message);
    },
    textAt: (path) => (changed.has(path.join(".")) ? undefined : source.textAt(path)),
  };
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
