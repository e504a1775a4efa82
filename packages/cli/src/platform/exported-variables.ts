import type { ServerFile } from "@lazuli/contract/shared/server-file.ts";

import { fetchOwnerToken, readOwnerSecret } from "./owner-token.ts";

/** A shell stays open for days; MLflow's clients cannot ask for a new token. */
const TRACKING_TOKEN_SECONDS = 7 * 24 * 3600;
const METADATA_PATH = "/metadata/endpoints?api-version=2019-05-01";

export interface Place {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly workspace: string;
}

export interface ExportOptions {
  readonly home: string;
  readonly server: ServerFile;
  /** The workspace that variables point at; the default one when absent. */
  readonly place?: Place;
}

/** All that unmodified Azure and MLflow clients need to find this server, trust it and be let in. */
export async function exportedVariables(options: ExportOptions): Promise<Record<string, string>> {
  const { home, server } = options;
  const { secret } = await readOwnerSecret(home);
  const tracking = { resource: "https://management.azure.com", lifetimeSeconds: TRACKING_TOKEN_SECONDS };
  const { token } = await fetchOwnerToken(home, server, tracking);
  const place = options.place ?? server.defaults;
  return {
    LAZULI_URL: server.url,
    LAZULI_HOME: home,
    AZUREML_CURRENT_CLOUD: "LazuliCloud",
    ARM_CLOUD_METADATA_URL: `${server.url}${METADATA_PATH}`,
    REGISTRY_DISCOVERY_ENDPOINT_URL: `${server.url}/`,
    REQUESTS_CA_BUNDLE: server.bundlePath,
    SSL_CERT_FILE: server.bundlePath,
    NODE_EXTRA_CA_CERTS: server.bundlePath,
    IDENTITY_ENDPOINT: `${server.loopbackUrl}/identity/token`,
    IDENTITY_HEADER: secret,
    MLFLOW_TRACKING_URI: renderTrackingUri(server, place),
    MLFLOW_TRACKING_TOKEN: token,
    AZURE_SUBSCRIPTION_ID: place.subscription,
    ...proxyExceptions(new URL(server.url).hostname, process.env),
  };
}

export function renderTrackingUri(server: ServerFile, place: Place): string {
  const provider = "providers/Microsoft.MachineLearningServices";
  const workspace = `subscriptions/${place.subscription}/resourceGroups/${place.resourceGroup}/${provider}/workspaces/${place.workspace}`;
  return `${server.url}/mlflow/v2.0/${workspace}`;
}

/** Behind a proxy, clients would ask the proxy for this machine. */
function proxyExceptions(host: string, variables: NodeJS.ProcessEnv): Record<string, string> {
  const hasProxy = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].some(
    (name) => variables[name] !== undefined || variables[name.toLowerCase()] !== undefined,
  );
  if (!hasProxy) return {};
  const present = (variables["NO_PROXY"] ?? variables["no_proxy"] ?? "").split(",").filter((part) => part !== "");
  const all = [...new Set([...present, "127.0.0.1", "localhost", host])].join(",");
  return { NO_PROXY: all, no_proxy: all };
}
