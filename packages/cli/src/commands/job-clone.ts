import type { ArmResource } from "@lazuli/sdk/arm-resource.ts";
import { jobName } from "@lazuli/sdk/submit/job-name.ts";

import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";
import { editBody } from "./update-entity.ts";

/** Said by the platform of one run, and never of another. */
const ANSWERED = ["status", "services", "lazuli", "isArchived", "parentJobName", "provisioningState"];
/** Properties under which the platform keeps facts of one run. */
const OWN_PROPERTIES = /^(azureml|_azureml|mlflow)\./;

/** Submits what another job ran, with what flags and `--set` change. The job it comes from stays as it is. */
export async function cloneJob(session: Session): Promise<ArmResource> {
  const { options, client, workspaceId } = session;
  const source = await client.get(`${workspaceId}/jobs/${options.requireText("from")}`);
  const name = options.text("name") ?? jobName();
  const current = { ...source, properties: cleanProperties(source) };
  const body = await editBody(session, { noun: "job", current });
  const properties = { ...body.properties, sourceJobId: source.id };
  return client.put(`${workspaceId}/jobs/${name}`, { properties });
}

function cleanProperties({ name, properties }: ArmResource): Record<string, unknown> {
  const kept = Object.entries(asRecord(properties)).filter(([key]) => !ANSWERED.includes(key));
  const cleaned = Object.fromEntries(kept);
  const isNamedAfterItself = cleaned["displayName"] === name;
  if (isNamedAfterItself) delete cleaned["displayName"];
  const own = Object.entries(asRecord(cleaned["properties"])).filter(([key]) => !OWN_PROPERTIES.test(key));
  const outputs = Object.entries(asRecord(cleaned["outputs"])).map(([output, place]) => [
    output,
    withoutDefaultPlace(asRecord(place), name),
  ]);
  return { ...cleaned, properties: Object.fromEntries(own), outputs: Object.fromEntries(outputs) };
}

/** An output goes to a place of the new job's own, unless somebody chose where. */
function withoutDefaultPlace(output: Record<string, unknown>, job: string): Record<string, unknown> {
  const { uri, ...rest } = output;
  const isDefault = typeof uri === "string" && uri.includes(`/paths/azureml/${job}/`);
  return isDefault || uri == null ? rest : output;
}
