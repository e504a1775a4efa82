import { PlatformError } from "@lazuli/contract/errors.ts";
import type { ArmResource } from "@lazuli/sdk/arm-resource.ts";
import type { ChangeOptions } from "@lazuli/sdk/client.ts";
import type { Query } from "@lazuli/sdk/transport.ts";
import { parseAssignment, type Assignment } from "@lazuli/sdk/yaml/assignments.ts";
import { ENTITIES, type Noun } from "@lazuli/sdk/yaml/entities.ts";
import { loadDocument } from "@lazuli/sdk/yaml/load-document.ts";
import { loadEntity } from "@lazuli/sdk/yaml/load-entity.ts";
import { YamlDocument } from "@lazuli/sdk/yaml/yaml-document.ts";
import { renderYamlIssue } from "@lazuli/sdk/yaml/yaml-issue.ts";
import { YamlSource } from "@lazuli/sdk/yaml/yaml-source.ts";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

import type { Options } from "../options.ts";
import { withStatusLine } from "../output/status-line.ts";
import type { Session } from "../session/session.ts";

type Value = Record<string, unknown>;

/**
 * The checked content of `--file` with flags and `--set` laid over it.
 *
 * @param flags YAML keys that flags give; `undefined` ones leave the file's value.
 */
export async function readInput(noun: Noun, options: Options, flags: Value = {}): Promise<Value> {
  const file = options.text("file");
  const assignments = assignmentsOf(options, flags);
  if (file === undefined) return loadEntity(ENTITIES[noun], "", { file: "the command's options", assignments });
  return loadEntity(ENTITIES[noun], await readText(file), { file, assignments });
}

/**
 * Like {@link readInput}, together with the files that the file names: components of steps, the job of a schedule. What
 * is odd but does no harm is said on standard error.
 */
export async function readDocument(
  session: Session,
  { noun, flags = {} }: { noun: Noun; flags?: Value },
): Promise<YamlDocument> {
  const { options } = session;
  const file = options.text("file");
  const assignments = assignmentsOf(options, flags);
  if (file === undefined) {
    const source = new YamlSource("the command's options", "");
    return new YamlDocument(resolve("options"), source, await readInput(noun, options, flags));
  }
  return loadDocument(ENTITIES[noun], await readText(file), {
    path: resolve(file),
    files: session.submitContext(file).files,
    assignments,
    onWarning: (issue) => process.stderr.write(`WARNING: ${renderYamlIssue(issue)}\n`),
  });
}

function assignmentsOf(options: Options, flags: Value): Assignment[] {
  const fromFlags = Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ path: [key], value }));
  return [...fromFlags, ...options.texts("set").map((text) => parseAssignment(text))];
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    const reason = isAbsent ? "there is no such file" : String(error);
    throw new PlatformError("BadRequest", `The file '${file}' cannot be read: ${reason}.`, { cause: error });
  }
}

/** What `show` prints of a resource. */
export function render(noun: Noun, resource: ArmResource): Value {
  return ENTITIES[noun].fromResource(resource);
}

/** Puts the body of an entity and waits, saying so on a terminal, unless `--no-wait` is there. */
export async function putEntity(
  session: Session,
  { noun, id, value }: { noun: Noun; id: string; value: Value },
): Promise<Value | undefined> {
  const entity = ENTITIES[noun];
  const body = entity.toBody(value);
  const title = `${entity.what.replace(/^an? /, "").replace(/^./, (letter) => letter.toUpperCase())} '${id.split("/").at(-1)}'`;
  const created = await changing(session, title, (options) => session.client.put(id, body, options));
  return session.options.isSet("noWait") ? undefined : render(noun, created);
}

/** Runs a change with a line that shows its state on a terminal. */
export function changing<T>(session: Session, title: string, work: (options: ChangeOptions) => Promise<T>): Promise<T> {
  if (session.options.isSet("noWait")) return work({ wait: false });
  return withStatusLine(title, (update) => work({ onProgress: update }));
}

export async function deleteResource(session: Session, id: string, what: string): Promise<undefined> {
  await confirm(session.options, `Delete ${what}?`);
  await changing(session, `Deleting ${what}`, (options) => session.client.delete(id, options));
  return undefined;
}

/** Asks on a terminal, unless `--yes` is there; refuses where nobody can answer. */
export async function confirm(options: Options, question: string): Promise<void> {
  if (options.isSet("yes")) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) return;
  const { createInterface } = await import("node:readline/promises");
  const readline = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await readline.question(`${question} (y/n) `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new PlatformError("BadRequest", "Nothing was changed.");
  } finally {
    readline.close();
  }
}

/** Resources of a collection as `list` prints them, within `--max-results`. */
export async function listEntities(
  session: Session,
  noun: Noun,
  { collection, itemCountMax, query = {} }: { collection: string; itemCountMax?: number; query?: Query },
): Promise<Value[]> {
  const { options } = session;
  const limit = options.count("maxResults") ?? itemCountMax;
  const shown: Value[] = [];
  const listed = session.client.list(collection, {
    query: { listViewType: listViewOf(options), ...query },
    ...(limit === undefined ? {} : { itemCountMax: limit }),
  });
  for await (const resource of listed) shown.push(render(noun, resource));
  return shown;
}

function listViewOf(options: Options): string | undefined {
  if (options.isSet("archivedOnly")) return "ArchivedOnly";
  return options.isSet("includeArchived") ? "All" : undefined;
}

/** Archives or restores: only the one property changes. */
export async function setArchived(session: Session, id: string, isArchived: boolean): Promise<undefined> {
  const found = await session.client.get(id);
  await session.client.put(id, { ...envelopeOf(found), properties: { ...found.properties, isArchived } });
  return undefined;
}

/** What a PUT keeps of a resource besides its properties. */
export function envelopeOf(resource: ArmResource): Value {
  const { location, kind, tags, identity, sku } = resource;
  return Object.fromEntries(
    Object.entries({ location, kind, tags, identity, sku }).filter(([, value]) => value != null),
  );
}
