import type { ResourceContext } from "../../../engine/define-resource.ts";
import { childGuid, findChild } from "../children/child-jobs.ts";
import { NODE_PROPERTY } from "../children/node-property.ts";
import type { Job } from "../job-state.ts";

/** Property of a pipeline that takes another one up again: that one's name. */
export const RESUMED_PROPERTY = "azureml.resumedfrom";

/**
 * Name of the job that did the step in the pipeline that is being resumed; `undefined` in a pipeline that resumes none.
 *
 * @param properties Of the step's job.
 */
export async function findResumedStep(
  parent: Job,
  properties: Readonly<Record<string, unknown>>,
  context: ResourceContext,
): Promise<string | undefined> {
  const resumed = parent.properties.properties?.[RESUMED_PROPERTY];
  if (resumed == null) return undefined;
  const original = await findChild(parent, resumed, context);
  const instance = instanceOf(properties);
  return original === undefined || instance === undefined ? undefined : childGuid(original, instance);
}

/** A pipeline within a resumed pipeline takes up the one that stood at its place. */
export async function resumedProperties(
  parent: Job,
  properties: Readonly<Record<string, unknown>>,
  context: ResourceContext,
): Promise<Record<string, unknown>> {
  const resumed = await findResumedStep(parent, properties, context);
  if (resumed === undefined) return { ...properties };
  const own = properties["properties"];
  return { ...properties, properties: { ...(typeof own === "object" && own), [RESUMED_PROPERTY]: resumed } };
}

/** A parallel step goes on with the mini-batches that the resumed pipeline's step did not do. */
export async function goOnFrom(
  resumed: string | undefined,
  step: { parent: Job; properties: Readonly<Record<string, unknown>>; context: ResourceContext },
): Promise<Record<string, unknown>> {
  const { parent, properties, context } = step;
  const isParallel = properties["jobType"] === "Parallel";
  const original = isParallel && resumed !== undefined ? await findChild(parent, resumed, context) : undefined;
  return original === undefined ? { ...properties } : { ...properties, resumeFrom: original.name };
}

/** The node, and the round of a loop, that a step's job belongs to. */
export function instanceOf(properties: Readonly<Record<string, unknown>>): string | undefined {
  const own = properties["properties"];
  const found = typeof own === "object" && own !== null ? Object.entries(own).find(isNode)?.[1] : undefined;
  return typeof found === "string" ? found : undefined;
}

function isNode([name]: readonly [string, unknown]): boolean {
  return name === NODE_PROPERTY;
}
