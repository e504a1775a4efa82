import { compareFiles, describeFileChanges, type FileChanges, type FileDigests } from "./compare-files.ts";
import type { ContentPart, DataPart, EnvironmentPart, StepParts } from "./step-parts.ts";

export type PartName =
  | "kind"
  | "command"
  | "code"
  | "environment"
  | "input"
  | "parameter"
  | "output"
  | "environmentVariable"
  | "setting";

/** One part of a step's key that is not what it was. */
export interface PartDifference {
  readonly part: PartName;
  /** Which of its kind: the input's or parameter's name. */
  readonly name?: string;
  /** A sentence for people. */
  readonly message: string;
  readonly before?: string;
  readonly after?: string;
  /** Of code and data, where both lists of files are still known. */
  readonly files?: FileChanges;
}

/** Files under a digest of content; `undefined` when they are not known (any more). */
export type FilesOf = (digest: string) => FileDigests | undefined;

/** Characters of a value that a sentence shows. */
const VALUE_LENGTH_MAX = 120;

/** Every part that differs, each in a sentence. Nothing exactly when the two steps have the same key. */
export function explainDifference(
  before: StepParts,
  after: StepParts,
  filesOf: FilesOf = () => undefined,
): readonly PartDifference[] {
  return [
    ...changedText({ part: "kind", what: "the type of job" }, before.kind, after.kind),
    ...changedText({ part: "command", what: "the command" }, before.command, after.command),
    ...eachName(before.code, after.code, (place, one, other) => codeDifference(place, [one, other], filesOf)),
    ...eachName(before.environments, after.environments, environmentDifference),
    ...eachName(before.data, after.data, (name, one, other) => dataDifference(name, [one, other], filesOf)),
    ...eachText("parameter", before.parameters, after.parameters),
    ...eachText("environmentVariable", before.variables, after.variables),
    ...eachText("output", before.outputs, after.outputs),
    ...eachText("setting", before.settings, after.settings),
  ];
}

const WORDS = {
  parameter: "parameter",
  environmentVariable: "environment variable",
  output: "output",
  setting: "setting",
} as const;

function eachText(
  part: keyof typeof WORDS,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): PartDifference[] {
  return eachName(before, after, (name, one, other) =>
    changedText({ part, what: `${WORDS[part]} '${name}'`, name }, one, other),
  );
}

function eachName<Part>(
  before: Readonly<Record<string, Part>>,
  after: Readonly<Record<string, Part>>,
  compare: (name: string, before: Part | undefined, after: Part | undefined) => readonly PartDifference[],
): PartDifference[] {
  const own = (parts: Readonly<Record<string, Part>>, name: string) =>
    Object.hasOwn(parts, name) ? parts[name] : undefined;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => compare(name, own(before, name), own(after, name)));
}

function changedText(
  subject: { readonly part: PartName; readonly what: string; readonly name?: string },
  before: string | undefined,
  after: string | undefined,
): PartDifference[] {
  if (before === after) return [];
  const { part, what, name } = subject;
  const values = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
  const difference = { part, ...(name !== undefined && { name }), ...values };
  if (before === undefined) return [{ ...difference, message: `${what} was added: ${shorten(after ?? "")}` }];
  if (after === undefined) return [{ ...difference, message: `${what} was taken away; it was ${shorten(before)}` }];
  return [{ ...difference, message: `${what} changed from ${shorten(before)} to ${shorten(after)}` }];
}

function codeDifference(
  place: string,
  [before, after]: readonly [ContentPart | undefined, ContentPart | undefined],
  filesOf: FilesOf,
): PartDifference[] {
  const what = place === "code" ? "the code" : `the code of '${place}'`;
  const change = contentChange(what, [before, after], filesOf);
  return change === undefined ? [] : [{ part: "code", name: place, ...change }];
}

function dataDifference(
  name: string,
  [before, after]: readonly [DataPart | undefined, DataPart | undefined],
  filesOf: FilesOf,
): PartDifference[] {
  const what = `input '${name}'`;
  const change = contentChange(what, [before?.content, after?.content], filesOf);
  if (change !== undefined) return [{ part: "input", name, ...change }];
  return (["type", "mode", "place"] as const).flatMap((field) =>
    changedText({ part: "input", what: `the ${field} of ${what}`, name }, before?.[field], after?.[field]),
  );
}

function contentChange(
  what: string,
  [before, after]: readonly [ContentPart | undefined, ContentPart | undefined],
  filesOf: FilesOf,
): Omit<PartDifference, "part" | "name"> | undefined {
  if (before?.digest === after?.digest) return undefined;
  if (before === undefined) return { message: `${what} was added` };
  if (after === undefined) return { message: `${what} was taken away` };
  const digests = { before: before.digest, after: after.digest };
  const [one, other] = [filesOf(before.digest), filesOf(after.digest)];
  if (one === undefined || other === undefined) {
    const sizes = `${describeContent(before)} before, ${describeContent(after)} now`;
    return { ...digests, message: `${what} has other content: ${sizes}` };
  }
  const files = compareFiles(one, other);
  return { ...digests, files, message: `${what} changed: ${describeFileChanges(files)}` };
}

function environmentDifference(
  place: string,
  before: EnvironmentPart | undefined,
  after: EnvironmentPart | undefined,
): PartDifference[] {
  const what = place === "environment" ? "the environment" : `the environment of '${place}'`;
  if (before === undefined || after === undefined) {
    const verb = before === undefined ? "was added" : "was taken away";
    return [{ part: "environment", name: place, message: `${what} ${verb}` }];
  }
  const changes = [
    ...changedText({ part: "environment", what: "image" }, before.image, after.image),
    ...changedText({ part: "environment", what: "Python" }, before.pythonVersion, after.pythonVersion),
    ...requirementChanges(before.requirements, after.requirements),
    ...eachName(before.variables, after.variables, (name, one, other) =>
      changedText({ part: "environment", what: `variable '${name}'` }, one, other),
    ),
  ].map(({ message }) => message);
  if (changes.length === 0 && before.condaFile !== after.condaFile) changes.push("its conda file says something else");
  if (changes.length === 0) return [];
  return [{ part: "environment", name: place, message: `${what} changed: ${changes.join("; ")}` }];
}

/** Requirements by their project, so that another version of one is a change and not two. */
function requirementChanges(before: readonly string[], after: readonly string[]): { message: string }[] {
  const named = (lines: readonly string[]) => {
    const byProject: Record<string, string> = {};
    for (const line of lines) {
      const project = projectOf(line);
      byProject[project] = byProject[project] === undefined ? line : `${byProject[project]}, ${line}`;
    }
    return byProject;
  };
  const changes = eachName(named(before), named(after), (_project, one, other) => {
    if (one === other) return [];
    const message =
      one === undefined ? `'${other}' added` : other === undefined ? `'${one}' removed` : `'${one}' is now '${other}'`;
    return [{ part: "environment", message }];
  });
  const isReordered = changes.length === 0 && before.join("\n") !== after.join("\n");
  return isReordered ? [{ message: "its requirements are in another order" }] : changes;
}

function projectOf(requirement: string): string {
  return (/^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(requirement)?.[0] ?? requirement).toLowerCase().replace(/[._-]+/g, "-");
}

function describeContent({ fileCount, sizeBytes }: ContentPart): string {
  return `${fileCount} ${fileCount === 1 ? "file" : "files"} of ${sizeBytes} bytes`;
}

function shorten(value: string): string {
  return value.length <= VALUE_LENGTH_MAX ? `'${value}'` : `'${value.slice(0, VALUE_LENGTH_MAX)}…'`;
}
