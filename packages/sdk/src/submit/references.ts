import { parseDataUri } from "@lazuli/contract/data-uri.ts";

import { workspaceId, type Client, type WorkspaceScope } from "../client.ts";

export type AssetCollection = "data" | "models" | "environments" | "components" | "codes";

const CURATED_PREFIX = "AzureML-";

/** Whether a text names something in the cloud rather than on the disk. */
export function isRemote(reference: string): boolean {
  return /^(azureml:|https?:|wasbs?:|abfss?:|adl:|runs:|git\+|\/subscriptions\/|\$\{\{)/.test(reference);
}

/**
 * The ARM id behind `azureml:name:version`, `azureml:name@label` or an id; every other reference is kept for the
 * server. A label is looked up now, so that the job keeps what was current when it was made.
 */
export async function resolveAsset(
  client: Client,
  scope: WorkspaceScope,
  { reference, collection }: { reference: string; collection: AssetCollection },
): Promise<string> {
  const text = reference.startsWith("azureml:") || isRemote(reference) ? reference : `azureml:${reference}`;
  const uri = parseDataUri(text);
  if (uri?.kind !== "asset") return reference;
  if (uri.home.kind === "workspace") return text.replace(/^azureml:/, "");
  if (uri.home.kind !== "here") return reference;
  // Labels of curated environments are the platform's own, and it knows them by this name.
  if (uri.asset.name.startsWith(CURATED_PREFIX) && uri.asset.version === undefined) return text;
  const container = `${workspaceId(scope)}/${uri.asset.collection ?? collection}/${uri.asset.name}`;
  const version = uri.asset.version ?? (await findLabelled(client, container, uri.asset.label));
  // What is not there is the platform's to say, with everything else that is wrong.
  if (version === undefined) return text;
  return `${container}/versions/${version}`;
}

/** The version that a label stands for; `latest` is the one made last. */
export async function findLabelled(client: Client, container: string, label = "latest"): Promise<string | undefined> {
  const found = await client.find(container);
  if (found === undefined) return undefined;
  if (label !== "latest" && label !== "default") return undefined;
  const latest = found.properties?.["latestVersion"];
  if (typeof latest === "string" && latest !== "") return latest;
  const query = { $orderBy: "createdtime desc", $top: 1 };
  for await (const version of client.list(`${container}/versions`, { query, itemCountMax: 1 })) return version.name;
  return undefined;
}

/** The id of a compute; `local`, `serverless` and ids stay as they are. */
export function resolveCompute(scope: WorkspaceScope, reference: string): string {
  const name = reference.replace(/^azureml:/, "");
  if (name.startsWith("/") || name === "local" || name === "serverless" || name === "") return name;
  return `${workspaceId(scope)}/computes/${name}`;
}

/** The id of a datastore. */
export function resolveDatastore(scope: WorkspaceScope, reference: string): string {
  const name = reference.replace(/^azureml:/, "");
  return name.startsWith("/") || name.startsWith("$") ? name : `${workspaceId(scope)}/datastores/${name}`;
}
