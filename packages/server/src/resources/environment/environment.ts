import {
  environmentVersionSchema,
  environmentVersionType,
  registryEnvironmentVersionType,
  type EnvironmentVersion,
} from "@lazuli/contract/resources/environment.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import type { ResourceType } from "@lazuli/contract/resource-type.ts";
import { z } from "zod";

import { parseCondaFile } from "../../domain/environments/conda-file.ts";
import { defineResource, type AdmitRequest, type ResourceDefinition } from "../../engine/define-resource.ts";

const stateSchema = z.object({});
type EnvironmentState = z.infer<typeof stateSchema>;

/** Fields that may change after a version has been made. */
const CHANGEABLE = new Set(["description", "tags", "properties", "isArchived", "stage", "isAnonymous"]);
/** Answered by the service and sent back by clients that put what they got. */
const ANSWERED = new Set(["environmentType", "provisioningState"]);

/** Environment versions of a workspace. */
export function environmentVersionResource(): ResourceDefinition<EnvironmentVersion, EnvironmentState> {
  return defineVersions(environmentVersionType, "UserCreated");
}

/** Environment versions of a registry: those of the system registry are the curated ones. */
export function registryEnvironmentVersionResource(): ResourceDefinition<EnvironmentVersion, EnvironmentState> {
  return defineVersions(registryEnvironmentVersionType, "Curated");
}

function defineVersions(
  type: ResourceType,
  environmentType: string,
): ResourceDefinition<EnvironmentVersion, EnvironmentState> {
  return defineResource<EnvironmentVersion, EnvironmentState>({
    type,
    state: stateSchema,
    initialState: {},
    async admit(request) {
      checkBuildable(request);
      const properties = desiredProperties(request.properties);
      checkUnchanged(request, properties);
      return { properties, envelope: request.envelope };
    },
    async render(resource) {
      return { osType: "Linux", ...resource.properties, environmentType };
    },
  });
}

function desiredProperties(properties: EnvironmentVersion): EnvironmentVersion {
  const entries = Object.entries(properties).filter(([name, value]) => !ANSWERED.has(name) && value !== null);
  return environmentVersionSchema.parse(Object.fromEntries(entries));
}

/** An environment that cannot be understood is refused here, not minutes later in a job. */
function checkBuildable(request: AdmitRequest<EnvironmentVersion, EnvironmentState>): void {
  const { image, build, condaFile } = request.properties;
  if (image == null && build == null && condaFile == null) {
    throw new PlatformError("BadRequest", "An environment needs an 'image', a 'build' context or a 'condaFile'.", {
      target: "properties.image",
    });
  }
  if (image != null && build != null) {
    throw new PlatformError("BadRequest", "An environment has either an 'image' or a 'build' context, not both.", {
      target: "properties.build",
    });
  }
  const issue = condaFile == null ? undefined : parseCondaFile(condaFile).issues[0];
  if (issue !== undefined) throw new PlatformError("BadRequest", issue.message, { target: issue.target });
}

/** Other content under an existing version is a conflict: clients then take the next version. */
function checkUnchanged(
  request: AdmitRequest<EnvironmentVersion, EnvironmentState>,
  desired: EnvironmentVersion,
): void {
  const { existing, id } = request;
  if (existing === undefined) return;
  const before = fixedContent(existing.properties);
  const after = fixedContent(desired);
  if (before === after) return;
  const name = id.split("/").at(-3) ?? "";
  throw new PlatformError(
    "Conflict",
    `Version '${request.name}' of environment '${name}' already exists with other content; use another version.`,
    { target: "properties" },
  );
}

function fixedContent(properties: EnvironmentVersion): string {
  const withDefaults: Record<string, unknown> = { osType: "Linux", ...properties };
  const entries = Object.entries(withDefaults)
    .filter(([name, value]) => !CHANGEABLE.has(name) && value != null)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify(entries);
}
