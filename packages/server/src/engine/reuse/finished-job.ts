import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import type { DataLocator } from "../data/data-locator.ts";
import type { Resource } from "../resources/resource.ts";
import type { Resources } from "../resources/resources.ts";
import type { ContentIdentity } from "./content-identity.ts";

const outputSchema = z.object({ type: z.string(), uri: z.string(), assetId: z.string().optional() });

/** What is read of a job when its outputs are to be handed on. */
const jobShape = z.looseObject({
  status: z.string(),
  outputs: z.record(z.string(), outputSchema).default({}),
  endedAt: z.number().optional(),
  /** Set on a job that was itself reused. */
  reusedFrom: z.string().optional(),
  addedProperties: z.record(z.string(), z.string()).default({}),
});
const propertiesShape = z.looseObject({ properties: z.record(z.string(), z.string().nullable()).nullish() });
/** What a run says of its outputs in properties: values by which a pipeline decides. */
const OUTPUT_PROPERTY = "azureml.pipeline.control";

export type FinishedOutput = z.infer<typeof outputSchema>;

/** A completed job whose outputs are there. */
export interface FinishedJob {
  readonly name: string;
  readonly outputs: Readonly<Record<string, FinishedOutput>>;
  readonly endedAt: number | undefined;
  /** The job that really ran, where this one was reused itself. */
  readonly ranAs: string;
  /** Values of outputs that the run told by properties of its own. */
  readonly outputProperties: Readonly<Record<string, string>>;
  /** What the platform found out about it, as the best trial of a sweep. */
  readonly addedProperties: Readonly<Record<string, string>>;
}

export interface FinishedJobReader {
  readonly resources: Resources;
  readonly locator: DataLocator;
  readonly contents: ContentIdentity;
}

/**
 * Looks whether a job's outputs can stand for those of another.
 *
 * @param signatures What its outputs were when it ended; without, each has to hold something.
 * Answers why not, as the end of a sentence: `its output 'model' has changed since`.
 */
export async function checkFinished(
  job: { readonly resource: Resource | undefined; readonly workspaceId: string },
  signatures: Readonly<Record<string, string>> | undefined,
  reader: FinishedJobReader,
): Promise<FinishedJob | string> {
  const { resource, workspaceId } = job;
  if (resource === undefined || resource.deletedAt !== undefined) return "it was deleted";
  const state = jobShape.parse(resource.state);
  if (state.status !== "Completed") return `it is '${state.status}'`;
  for (const [name, output] of Object.entries(state.outputs)) {
    const problem = await checkOutput([name, output], { workspaceId, expected: signatures?.[name] }, reader);
    if (problem !== undefined) return problem;
  }
  const { outputs, endedAt, addedProperties } = state;
  const ranAs = state.reusedFrom ?? resource.name;
  return {
    name: resource.name,
    outputs,
    endedAt,
    ranAs,
    outputProperties: outputPropertiesOf(resource),
    addedProperties,
  };
}

function outputPropertiesOf({ properties }: Resource): Record<string, string> {
  const entries = Object.entries(propertiesShape.parse(properties).properties ?? {});
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (name.startsWith(OUTPUT_PROPERTY) && value !== null ? [[name, value]] : [])),
  );
}

async function checkOutput(
  [name, output]: readonly [string, FinishedOutput],
  options: { workspaceId: string; expected: string | undefined },
  reader: FinishedJobReader,
): Promise<string | undefined> {
  const { assetId } = output;
  if (assetId !== undefined && (await reader.resources.find(assetId)) === undefined) {
    return `the asset that its output '${name}' became was deleted`;
  }
  const { workspaceId, expected } = options;
  if (expected === undefined) {
    return (await holdsSomething(output.uri, workspaceId, reader)) ? undefined : `its output '${name}' is gone`;
  }
  const actual = await signatureOf(output.uri, workspaceId, reader);
  return actual === expected ? undefined : `its output '${name}' was changed or removed since`;
}

/** Signatures of a job's outputs by name, as far as they can be told. */
export async function readSignatures(
  outputs: Readonly<Record<string, FinishedOutput>>,
  workspaceId: string,
  reader: FinishedJobReader,
): Promise<Record<string, string>> {
  const entries = await Promise.all(
    Object.entries(outputs).map(async ([name, { uri }]) => {
      const signature = await signatureOf(uri, workspaceId, reader);
      return signature === undefined ? [] : [[name, signature] as const];
    }),
  );
  return Object.fromEntries(entries.flat());
}

export function readOutputs(resource: Resource): Readonly<Record<string, FinishedOutput>> {
  return jobShape.parse(resource.state).outputs;
}

async function signatureOf(uri: string, workspaceId: string, reader: FinishedJobReader): Promise<string | undefined> {
  const location = await orUndefined(reader.locator.locate(uri, { workspaceId }));
  return location === undefined ? undefined : orUndefined(reader.contents.signature(location));
}

async function holdsSomething(uri: string, workspaceId: string, reader: FinishedJobReader): Promise<boolean> {
  const location = await orUndefined(reader.locator.locate(uri, { workspaceId }));
  if (location?.kind !== "blob") return false;
  const identity = await orUndefined(reader.contents.identify(location));
  return identity?.kind === "known";
}

/** A place that is no more has no content; anything but a refusal is passed on. */
async function orUndefined<Found>(looking: Promise<Found>): Promise<Found | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}
