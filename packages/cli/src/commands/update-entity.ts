import { PlatformError } from "@lazuli/contract/errors.ts";
import type { ArmBody, ArmResource } from "@lazuli/sdk/arm-resource.ts";
import { resolveEntity } from "@lazuli/sdk/submit/resolve-entity.ts";
import {
  addIn,
  applyAssignments,
  parseAssignment,
  parseLoosely,
  parsePath,
  removeIn,
} from "@lazuli/sdk/yaml/assignments.ts";
import { ENTITIES, type Noun } from "@lazuli/sdk/yaml/entities.ts";
import { checkEntity } from "@lazuli/sdk/yaml/load-entity.ts";

import type { Options } from "../options.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";
import { changing, envelopeOf, render } from "./entity-actions.ts";

type Value = Record<string, unknown>;

export interface Update {
  readonly noun: Noun;
  readonly id: string;
  /** YAML keys that the command's own flags or its file give. */
  readonly changes?: Value;
}

/**
 * Fetches, changes and puts back: first the file and flags, then `--set`, `--add` and `--remove`.
 *
 * Only the keys that differ are rendered anew; everything else goes back as the platform gave it.
 */
export async function updateEntity(session: Session, { noun, id, changes = {} }: Update): Promise<Value | undefined> {
  const current = await session.client.get(id);
  const body = await editBody(session, { noun, current, changes });
  const name = current.name;
  const updated = await changing(session, `Updating ${noun} '${name}'`, (options) =>
    session.client.put(id, body, options),
  );
  return session.options.isSet("noWait") ? undefined : render(noun, updated);
}

/** Body of a resource with flags, the file, `--set`, `--add` and `--remove` laid over what the platform gave. */
export async function editBody(
  session: Session,
  { noun, current, changes = {} }: { noun: Noun; current: ArmResource; changes?: Value },
): Promise<ArmBody> {
  const entity = ENTITIES[noun];
  const before = entity.fromResource(current);
  const wanted = editValue({ ...before, ...defined(changes) }, session.options);
  const touched = Object.keys(wanted).filter((key) => JSON.stringify(wanted[key]) !== JSON.stringify(before[key]));
  const type = before["type"] === undefined ? {} : { type: before["type"] };
  const pick = (from: Value): Value => ({ ...type, ...Object.fromEntries(touched.map((key) => [key, from[key]])) });
  // Also makes text of what looks like something else but stands where text belongs, as in 'tags.keep=true'.
  const partial = pick(checkWhole(noun, { ...before, ...pick(wanted) }, touched));
  const context = session.submitContext(session.options.text("file"));
  const rendered = entity.toBody(await resolveEntity(context, noun, partial));
  const removed = Object.keys(before).filter((key) => !(key in wanted));
  return withoutKeys(merge(bodyOf(current), rendered), armKeysOf(noun, { before, removed }));
}

/** `--set`, `--add` and `--remove` in the order that Azure applies them. */
export function editValue(value: Value, options: Options): Value {
  const forceString = options.isSet("forceString");
  const parse = (text: string) => (forceString ? text : parseLoosely(text));
  const assignments = options.texts("set").map((text) => parseAssignment(text, { forceString }));
  let edited: unknown = applyAssignments(value, assignments);
  const additions = options.texts("add");
  if (additions.length === 1)
    throw new PlatformError("BadRequest", "'--add' takes a place and what to add: --add tags team=vision.");
  const [place, ...items] = additions;
  if (place !== undefined) for (const item of items) edited = addIn(edited, parsePath(place), parseItem(item, parse));
  const [removal, index] = options.texts("remove");
  if (removal !== undefined)
    edited = removeIn(edited, [...parsePath(removal), ...(index === undefined ? [] : [index])]);
  return asRecord(edited);
}

function parseItem(item: string, parse: (text: string) => unknown): unknown {
  const pair = /^([A-Za-z_][\w.-]*)=(.*)$/s.exec(item);
  return pair === null ? parse(item) : { [pair[1] ?? ""]: parse(pair[2] ?? "") };
}

/** The value as its codec reads it. Says what is wrong in the words of the YAML file, before the platform does. */
function checkWhole(noun: Noun, value: Value, touched: readonly string[]): Value {
  return touched.length > 0 ? checkEntity(ENTITIES[noun], value) : value;
}

function bodyOf(resource: Parameters<typeof envelopeOf>[0]): ArmBody {
  return { ...envelopeOf(resource), properties: { ...resource.properties } };
}

/** Groups of fixed keys are merged, dictionaries such as tags and traffic replaced as a whole. */
function merge(base: ArmBody, change: ArmBody): ArmBody {
  return { ...base, ...change, properties: { ...base.properties, ...mergeInner(base.properties, change.properties) } };
}

function mergeInner(base: Value, change: Value): Value {
  const merged = Object.entries(change).map(([key, value]) => {
    const isGroup = key === "properties" && "computeType" in base;
    return [key, isGroup ? mergeDeep(asRecord(base[key]), asRecord(value)) : value] as const;
  });
  return Object.fromEntries(merged);
}

function mergeDeep(base: Value, change: Value): Value {
  const merged: Value = { ...base };
  for (const [key, value] of Object.entries(change)) {
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    merged[key] = isGroup ? mergeDeep(asRecord(base[key]), asRecord(value)) : value;
  }
  return merged;
}

/** ARM names of the keys that were removed, found by rendering them. */
function armKeysOf(noun: Noun, { before, removed }: { before: Value; removed: readonly string[] }): string[] {
  const gone = Object.fromEntries(removed.map((key) => [key, before[key]]));
  if (removed.length === 0) return [];
  const body = ENTITIES[noun].toBody({ ...gone, ...(before["type"] === undefined ? {} : { type: before["type"] }) });
  const kept = new Set(["computeType", "jobType", "endpointComputeType", "datastoreType", "limits"]);
  return [...Object.keys(body.properties), ...Object.keys(body)].filter(
    (key) => key !== "properties" && !kept.has(key),
  );
}

function withoutKeys(body: ArmBody, keys: readonly string[]): ArmBody {
  const keep = ([key]: [string, unknown]) => !keys.includes(key);
  const properties = Object.fromEntries(Object.entries(body.properties).filter(keep));
  return { ...Object.fromEntries(Object.entries(body).filter(keep)), properties };
}

function defined(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}
