import { PlatformError } from "@lazuli/contract/errors.ts";

import type { ArmResource } from "../arm-resource.ts";
import { workspaceId, type ChangeOptions } from "../client.ts";
import { ENTITIES } from "../yaml/entities.ts";
import { jobName } from "./job-name.ts";
import { resolveEntity } from "./resolve-entity.ts";
import type { SubmitContext, Value } from "./resolve-parts.ts";

export type AssetNoun = "data" | "environment" | "model" | "component";

export const ASSET_COLLECTIONS = {
  data: "data",
  environment: "environments",
  model: "models",
  component: "components",
} as const;

const AUTO_VERSION_TRIES_MAX = 4;

/** Submits a job; its name is made up where the file has none. */
export async function createJob(
  context: SubmitContext,
  value: Value,
  options: ChangeOptions = {},
): Promise<ArmResource> {
  const name = text(value["name"]) ?? jobName();
  const resolved = await resolveEntity(context, "job", value);
  const body = ENTITIES.job.toBody(resolved);
  const properties = { displayName: name, experimentName: "Default", ...body.properties };
  return context.client.put(`${workspaceId(context.scope)}/jobs/${name}`, { properties }, options);
}

/**
 * Everything that `createJob` does but storing the job: code, environments and components are registered, which is
 * the same again when the job is created; data stays where it is. Returns the job as it would be.
 */
export function validateJob(context: SubmitContext, value: Value): Promise<ArmResource> {
  const files = context.files === undefined ? {} : { files: context.files.withoutData() };
  return createJob({ ...context, ...files }, value, { query: { dryRun: true } });
}

/** Creates or replaces a schedule. Throws `BadRequest` when the file names none. */
export async function createSchedule(
  context: SubmitContext,
  value: Value,
  options: ChangeOptions = {},
): Promise<ArmResource> {
  const name = text(value["name"]);
  if (name === undefined) throw missingName("schedule");
  const body = ENTITIES.schedule.toBody(await resolveEntity(context, "schedule", value));
  return context.client.put(`${workspaceId(context.scope)}/schedules/${name}`, body, options);
}

/** Creates a version of an asset; the next free version where the file has none. */
export async function createAsset(
  context: SubmitContext,
  { noun, value }: { noun: AssetNoun; value: Value },
  options: ChangeOptions = {},
): Promise<ArmResource> {
  const { name, version } = value;
  if (typeof name !== "string") throw missingName(noun);
  const body = ENTITIES[noun].toBody(await resolveEntity(context, noun, { ...defaultsOf(noun), ...value }));
  const container = `${workspaceId(context.scope)}/${ASSET_COLLECTIONS[noun]}/${name}`;
  if (typeof version === "string") return context.client.put(`${container}/versions/${version}`, body, options);
  return putNextVersion(context, { container, reusesLatest: noun === "environment" }, { body, options });
}

/** Two clients may want the same next version; the loser takes the one after. */
async function putNextVersion(
  { client }: SubmitContext,
  { container, reusesLatest }: { container: string; reusesLatest: boolean },
  { body, options }: { body: Parameters<SubmitContext["client"]["put"]>[1]; options: ChangeOptions },
): Promise<ArmResource> {
  for (let attempt = 1; ; attempt += 1) {
    const found = (await client.find(container))?.properties ?? {};
    const next = text(found["nextVersion"]) ?? "1";
    const latest = text(found["latestVersion"]);
    // The same environment again is no new version: the server takes an equal body and refuses another with Conflict.
    const candidates = reusesLatest && attempt === 1 && latest !== undefined ? [latest, next] : [next];
    for (const version of candidates) {
      try {
        const headers = version === next && !reusesLatest ? { "if-none-match": "*" } : {};
        return await client.put(`${container}/versions/${version}`, body, { ...options, headers });
      } catch (error) {
        const taken =
          error instanceof PlatformError && ["Conflict", "AlreadyExists", "PreconditionFailed"].includes(error.code);
        if (!taken || (attempt === AUTO_VERSION_TRIES_MAX && version === next)) throw error;
      }
    }
  }
}

export function missingName(noun: string): PlatformError {
  return new PlatformError("BadRequest", `The ${noun} has no name; give it one in the file or with '--name'.`, {
    target: "name",
  });
}

function defaultsOf(noun: AssetNoun): Value {
  return noun === "data" ? { type: "uri_folder" } : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
