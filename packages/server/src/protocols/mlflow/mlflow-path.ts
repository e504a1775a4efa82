import { PlatformError } from "@lazuli/contract/errors.ts";
import { renderResourceId } from "@lazuli/contract/resource-id.ts";

export interface MlflowPath {
  readonly workspaceId: string;
  /** Below the version, decoded once: `/mlflow/runs/get`. */
  readonly operation: string;
  /** Path up to and with `/api/2.0`, as the client wrote it. */
  readonly apiPath: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
}

const PATH =
  /^(\/mlflow\/v[12]\.0\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/microsoft\.machinelearningservices\/workspaces\/([^/]+)(?:\/(?:ajax-)?api\/[23]\.0)?)(\/.*)$/i;

/** `undefined` for a path that is not one of MLflow's. */
export function parseMlflowPath(url: string): MlflowPath | undefined {
  const queryStart = url.indexOf("?");
  const path = queryStart < 0 ? url : url.slice(0, queryStart);
  const match = PATH.exec(path);
  if (match === null) return undefined;
  const [, apiPath = "", subscription = "", resourceGroup = "", workspace = "", rest = ""] = match;
  return {
    workspaceId: renderResourceId({
      subscription: decode(subscription),
      resourceGroup: decode(resourceGroup),
      segments: [["workspaces", decode(workspace)]],
    }),
    operation: decode(rest).replace(/\/+$/, ""),
    apiPath,
    query: queryStart < 0 ? {} : parseQuery(url.slice(queryStart + 1)),
  };
}

/** A key that comes more than once has a list of values. */
function parseQuery(text: string): Record<string, string | readonly string[]> {
  const values = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(text)) values.set(key, [...(values.get(key) ?? []), value]);
  return Object.fromEntries([...values].map(([key, all]) => [key, all.length === 1 ? (all[0] ?? "") : all]));
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new PlatformError("BadRequest", `'${part}' is not valid percent-encoding.`, { target: "path" });
  }
}
