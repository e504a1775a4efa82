import { isPrimitiveType } from "@lazuli/contract/jobs/component-spec.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { parseJson } from "../../../base/parse-json.ts";
import type { PipelineNode } from "../../../domain/pipelines/pipeline-definition.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { workspaceOf } from "../job-run.ts";
import type { Job } from "../job-state.ts";

/** A value that decides about other steps is short; the rest of a longer file is not read. */
const VALUE_BYTES_MAX = 1024 * 1024;
/** Where mldesigner writes all values of a run, as JSON, and each early one by itself. */
const CONTROL_PROPERTY = "azureml.pipeline.control";
const valuesSchema = z.record(z.string(), z.unknown());

/** Values of a completed step's outputs of type integer, number, boolean and string. */
export async function readControlValues(
  child: Job,
  node: PipelineNode | undefined,
  deps: Pick<JobDependencies, "locator" | "blobs">,
): Promise<Readonly<Record<string, string>>> {
  if (node?.kind !== "step") return {};
  const names = Object.entries(node.spec.outputs ?? {}).flatMap(([name, output]) =>
    isPrimitiveType(output?.type ?? "") ? [name] : [],
  );
  const entries = await Promise.all(
    names.map(async (name) => [name, (await readFile(child, name, deps)) ?? readProperty(child, name)] as const),
  );
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

async function readFile(
  child: Job,
  output: string,
  deps: Pick<JobDependencies, "locator" | "blobs">,
): Promise<string | undefined> {
  const uri = child.state.outputs[output]?.uri;
  if (uri === undefined) return undefined;
  try {
    const location = await deps.locator.locate(uri, { workspaceId: workspaceOf(child) });
    if (location.kind !== "blob") return undefined;
    const address = { account: location.account, container: location.container, name: location.path };
    const blob = await deps.blobs.find(address);
    if (blob === undefined) return undefined;
    const end = Math.min(blob.sizeBytes, VALUE_BYTES_MAX);
    if (end === 0) return "";
    const chunks: Buffer[] = [];
    for await (const chunk of await deps.blobs.read(address, { start: 0, end })) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString("utf8").trim();
  } catch (error) {
    if (error instanceof PlatformError && error.code === "NotFound") return undefined;
    throw error;
  }
}

function readProperty(child: Job, output: string): string | undefined {
  const properties = { ...child.properties.properties, ...child.state.addedProperties };
  const early = properties[`${CONTROL_PROPERTY}.${output}`];
  if (early != null) return early;
  const parsed = valuesSchema.safeParse(parseJson(properties[CONTROL_PROPERTY] ?? "{}"));
  const value = parsed.success ? parsed.data[output] : undefined;
  return value == null ? undefined : String(value);
}
