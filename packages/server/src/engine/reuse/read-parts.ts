import { PlatformError } from "@lazuli/contract/errors.ts";

import type { DraftData, StepDraft } from "../../domain/reuse/step-draft.ts";
import type { ContentPart, DataPart, EnvironmentPart, StepParts } from "../../domain/reuse/step-parts.ts";
import type { DataLocation, DataLocator } from "../data/data-locator.ts";
import type { EnvironmentResolver } from "../environments/environment-resolver.ts";
import type { ContentIdentity } from "./content-identity.ts";

export interface PartsReader {
  readonly locator: DataLocator;
  readonly environments: EnvironmentResolver;
  readonly contents: Pick<ContentIdentity, "identify" | "findOutsidePath">;
  /** Takes the place of data for its content where that cannot be told: for comparing jobs, never for reuse. */
  readonly takesPlaces?: boolean;
}

/** A part of a step that cannot be told by its content. */
export class UnknownContent extends Error {}

/** Looks up everything that a step refers to. Throws {@link UnknownContent} with a sentence for what cannot be told. */
export async function readParts(draft: StepDraft, workspaceId: string, reader: PartsReader): Promise<StepParts> {
  const { kind, command, parameters, outputs, variables, settings } = draft;
  const [code, environments, data] = await Promise.all([
    eachEntry(draft.code, (place, reference) => readCode([place, reference], workspaceId, reader)),
    eachEntry(draft.environments, (place, reference) => readEnvironment([place, reference], workspaceId, reader)),
    eachEntry(draft.data, (name, input) => readData([name, input], workspaceId, reader)),
  ]);
  return {
    kind,
    ...(command !== undefined && { command }),
    code,
    environments,
    data,
    parameters: { ...parameters },
    outputs: { ...outputs },
    variables: { ...variables },
    settings: { ...settings },
  };
}

async function readCode(
  [place, reference]: readonly [string, string],
  workspaceId: string,
  reader: PartsReader,
): Promise<ContentPart> {
  const what = place === "code" ? "Its code" : `The code of '${place}'`;
  const location = await locate(what, reader.locator.locate(reference, { workspaceId, collection: "codes" }));
  return identify(what, location, reader);
}

async function readEnvironment(
  [place, reference]: readonly [string, string],
  workspaceId: string,
  reader: PartsReader,
): Promise<EnvironmentPart> {
  const { spec } = await locate(`Its ${place}`, reader.environments.resolve(reference, workspaceId));
  const { image, pythonVersion, requirements, condaFile, variables } = spec;
  return {
    ...(image !== undefined && { image }),
    ...(pythonVersion !== undefined && { pythonVersion }),
    requirements,
    ...(condaFile !== undefined && { condaFile: tellingLines(condaFile) }),
    variables,
  };
}

/** Without comments, empty lines and the name, which nobody builds by. */
function tellingLines(condaFile: string): string {
  const lines = condaFile.split("\n").map((line) => line.replace(/(^|\s)#.*$/, "").trimEnd());
  return lines.filter((line) => line !== "" && !/^name\s*:/.test(line)).join("\n");
}

async function readData(
  [name, { uri, type, mode }]: readonly [string, DraftData],
  workspaceId: string,
  reader: PartsReader,
): Promise<DataPart> {
  const collection = type.endsWith("_model") ? "models" : "data";
  const what = `Input '${name}'`;
  const location = await locate(what, reader.locator.locate(uri, { workspaceId, collection }));
  const content = await identify(what, location, reader);
  const outside = type === "mltable" ? await reader.contents.findOutsidePath(location) : undefined;
  if (outside !== undefined && reader.takesPlaces !== true) {
    throw new UnknownContent(`${what} is a table over '${outside}', which may change at any time.`);
  }
  // A command that is handed an address may do anything with it, so another address is another step.
  const isPlaced = mode === "Direct" || content.digest === "";
  return { type, mode, content, ...(isPlaced && { place: renderLocation(location) }) };
}

async function identify(what: string, location: DataLocation, reader: PartsReader): Promise<ContentPart> {
  const identity = await reader.contents.identify(location);
  if (identity.kind === "known") return identity.content;
  if (reader.takesPlaces === true) return { digest: "", fileCount: 0, sizeBytes: 0 };
  throw new UnknownContent(`${what} cannot be told by its content: ${identity.reason}.`);
}

async function locate<Found>(what: string, looking: Promise<Found>): Promise<Found> {
  try {
    return await looking;
  } catch (error) {
    // Whoever starts the step refuses it in better words.
    if (error instanceof PlatformError) throw new UnknownContent(`${what} cannot be found: ${error.message}`);
    throw error;
  }
}

function renderLocation(location: DataLocation): string {
  if (location.kind === "blob") return `${location.account}/${location.container}/${location.path}`;
  return location.kind === "file" ? location.path : location.url;
}

async function eachEntry<Item, Result>(
  items: Readonly<Record<string, Item>>,
  read: (name: string, item: Item) => Promise<Result>,
): Promise<Record<string, Result>> {
  const entries = Object.entries(items).map(async ([name, item]) => [name, await read(name, item)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
