import { getContent, listArtifacts, listContent } from "./artifact-operations.ts";
import type { HistoryOperation } from "./history-dependencies.ts";
import type { HistoryPath } from "./parse-path.ts";
import { resolveData, resolveModels } from "./resolved-uris.ts";
import {
  cancelRun,
  changeRun,
  getBatchRunData,
  getDetails,
  getRun,
  getRunData,
  listChildren,
} from "./run-operations.ts";
import { listServices } from "./service-instances.ts";

/** `*` stands for any one part, `**` at the end for the rest. */
const OPERATIONS: readonly (readonly [
  methods: string,
  service: string,
  pattern: string,
  operation: HistoryOperation,
])[] = [
  ["GET", "history", "runs/*", getRun],
  ["POST PATCH PUT", "history", "runs/*", changeRun],
  ["GET", "history", "runs/*/details", getDetails],
  ["GET", "history", "runs/*/children", listChildren],
  ["GET", "history", "runs/*/services", listServices],
  ["GET", "history", "runs/*/serviceinstances/*", listServices],
  ["POST", "history", "runs/*/cancel", cancelRun],
  ["POST", "history", "rundata", getRunData],
  ["POST", "history", "batchrundata", getBatchRunData],
  ["POST", "data", "dataversion/batchGetResolvedUris", resolveData],
  ["POST", "modelregistry", "models/batchGetResolvedUris", resolveModels],
  ["GET", "artifact", "artifacts/contentinfo/**", getContent],
  ["GET", "artifact", "artifacts/prefix/contentinfo/**", listContent],
  ["GET", "artifact", "artifacts/*/*", listArtifacts],
];

export function findOperation(method: string, path: HistoryPath): HistoryOperation | undefined {
  const found = OPERATIONS.find(
    ([methods, service, pattern]) =>
      methods.split(" ").includes(method) && service === path.service && matches(pattern.split("/"), path.parts),
  );
  return found?.[3];
}

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === "**";
  const fixed = isOpen ? pattern.slice(0, -1) : pattern;
  if (isOpen ? parts.length < fixed.length : parts.length !== fixed.length) return false;
  return fixed.every((part, index) => part === "*" || part.toLowerCase() === parts[index]?.toLowerCase());
}
