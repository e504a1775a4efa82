import type { Resource } from "../../../engine/resources/resource.ts";
import { toPairs } from "../wire-fields.ts";
import { readAsset } from "./registry-resources.ts";

/** Keys under which a version's properties keep what Azure has no field for. */
export const SOURCE_PROPERTY = "mlflow.source";
export const RUN_LINK_PROPERTY = "mlflow.runLink";
export const MODEL_ID_PROPERTY = "mlflow.modelId";

export const STAGES = ["None", "Staging", "Production", "Archived"] as const;
export type Stage = (typeof STAGES)[number];

export type Aliases = ReadonlyMap<string, string>;

export function renderVersion(version: Resource, modelName: string, aliases: Aliases) {
  const asset = readAsset(version);
  return {
    name: modelName,
    version: version.name,
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.updatedAt,
    user_id: version.createdBy,
    current_stage: stageOf(version),
    description: asset.description ?? "",
    source: asset.properties?.[SOURCE_PROPERTY] ?? asset.modelUri ?? "",
    run_id: asset.jobName ?? "",
    run_link: asset.properties?.[RUN_LINK_PROPERTY] ?? "",
    model_id: asset.properties?.[MODEL_ID_PROPERTY],
    status: "READY",
    tags: toPairs(asset.tags ?? {}),
    aliases: [...aliases].filter(([, target]) => target === version.name).map(([alias]) => alias),
  };
}

export function renderModel(model: Resource, versions: readonly Resource[], aliases: Aliases) {
  const asset = readAsset(model);
  const newest = versions.reduce((latest, version) => Math.max(latest, version.updatedAt), model.updatedAt);
  return {
    name: model.name,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: newest,
    user_id: model.createdBy,
    description: asset.description ?? "",
    latest_versions: latestVersions(versions, []).map((version) => renderVersion(version, model.name, aliases)),
    tags: toPairs(asset.tags ?? {}),
    aliases: [...aliases].map(([alias, version]) => ({ alias, version })),
  };
}

/** The highest version of each stage, of those asked for or of all. */
export function latestVersions(versions: readonly Resource[], stages: readonly Stage[]): Resource[] {
  const byStage = new Map<string, Resource>();
  for (const version of versions) {
    const stage = stageOf(version);
    const known = byStage.get(stage);
    if (known === undefined || compareVersions(version.name, known.name) > 0) byStage.set(stage, version);
  }
  return [...byStage]
    .filter(([stage]) => stages.length === 0 || stages.some((wanted) => wanted === stage))
    .map(([, version]) => version);
}

export function stageOf(version: Resource): string {
  const stage = readAsset(version).stage;
  return stage === undefined || stage === null || stage === "" ? "None" : stage;
}

/** By number; versions that are words come before all numbers. */
export function compareVersions(one: string, other: string): number {
  return versionNumber(one) - versionNumber(other) || (one < other ? -1 : one > other ? 1 : 0);
}

/** Zero for a version that is a word, as Azure allows. */
export function versionNumber(version: string): number {
  return /^\d{1,15}$/.test(version) ? Number(version) : 0;
}
