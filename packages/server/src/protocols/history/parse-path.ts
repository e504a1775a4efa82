import { PlatformError } from "@lazuli/contract/errors.ts";
import { MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";

export interface HistoryPath {
  /** `history`, `data`, `modelregistry` or `artifact`. */
  readonly service: string;
  readonly workspaceId: string;
  readonly parts: readonly string[];
}

const PATH =
  /^\/(history|data|modelregistry|artifact|metric)\/v[\d.]+\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/microsoft\.machinelearningservices\/workspaces\/([^/]+)(?:\/(.*))?$/i;
/** Clients may name the experiment on the way to a run; the run's id is enough. */
const EXPERIMENTS = new Set(["experiments", "experimentids"]);

/** Takes the path of a data-plane request apart; `undefined` when it is none. */
export function parsePath(path: string): HistoryPath | undefined {
  const match = PATH.exec(path);
  if (match === null) return undefined;
  const [service = "", subscription = "", group = "", workspace = "", rest = ""] = match.slice(1).map(decode);
  const parts = (match[5] === undefined ? rest : match[5])
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  return {
    service: service.toLowerCase(),
    workspaceId: `/subscriptions/${subscription}/resourceGroups/${group}/providers/${MACHINE_LEARNING}/workspaces/${workspace}`,
    parts: EXPERIMENTS.has((parts[0] ?? "").toLowerCase()) && parts[2] === "runs" ? parts.slice(2) : parts,
  };
}

function decode(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    throw new PlatformError("BadRequest", `'${part ?? ""}' is not valid percent-encoding.`, { target: "path" });
  }
}
