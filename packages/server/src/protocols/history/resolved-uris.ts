import { parseDataUri } from "@lazuli/contract/data-uri.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import { parseResourceId } from "@lazuli/contract/resource-id.ts";
import { z } from "zod";

import type { HistoryDependencies, HistoryOperation } from "./history-dependencies.ts";
import { getJob } from "./job-view.ts";

const requestSchema = z.looseObject({ values: z.array(z.string()).max(1_000) });

/** Places of data by id: `{ values: { id: { uri, type } } }`. */
export const resolveData: HistoryOperation = async (request, deps) => {
  const { values } = requestSchema.parse(request.body);
  const entries = await Promise.all(
    values.map(async (id) => [id, await resolve(id, request.workspaceId, deps)] as const),
  );
  return { values: Object.fromEntries(entries) };
};

/** Places of models by id: `{ values: { id: { path } } }`. */
export const resolveModels: HistoryOperation = async (request, deps) => {
  const { values } = requestSchema.parse(request.body);
  const entries = await Promise.all(
    values.map(async (id) => [id, { path: (await resolve(id, request.workspaceId, deps)).uri }] as const),
  );
  return { values: Object.fromEntries(entries) };
};

async function resolve(
  id: string,
  workspaceId: string,
  deps: HistoryDependencies,
): Promise<{ uri: string; type: string }> {
  const uri = parseDataUri(id);
  if (uri?.kind !== "jobOutput")
    throw new PlatformError("NotFound", `'${id}' is not the output of a job.`, { target: "values" });
  const job = await getJob(workspaceId, uri.job, deps);
  const output = job.state.outputs[uri.output];
  if (output === undefined) throw new PlatformError("NotFound", `Job '${uri.job}' has no output '${uri.output}'.`);
  return { uri: longForm(output.uri, workspaceId), type: output.type };
}

/** Clients take the workspace from the reference, so it has to be in it. */
function longForm(reference: string, workspaceId: string): string {
  const uri = parseDataUri(reference);
  if (uri?.kind !== "datastore" || uri.home.kind !== "here") return reference;
  const { subscription, resourceGroup, segments } = parseResourceId(workspaceId);
  const workspace = `azureml://subscriptions/${subscription}/resourcegroups/${resourceGroup}/workspaces/${segments[0]?.[1] ?? ""}`;
  return `${workspace}/datastores/${uri.datastore}/paths/${uri.path}`;
}
