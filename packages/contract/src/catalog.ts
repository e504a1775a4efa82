import type { ResourceType } from "./resource-type.ts";
import { codeTypes } from "./resources/code.ts";
import { componentTypes } from "./resources/component.ts";
import { computeType } from "./resources/compute.ts";
import { dataTypes } from "./resources/data.ts";
import { datastoreType } from "./resources/datastore.ts";
import {
  environmentType,
  environmentVersionType,
  registryEnvironmentType,
  registryEnvironmentVersionType,
} from "./resources/environment.ts";
import { jobType } from "./resources/job.ts";
import { modelTypes } from "./resources/model.ts";
import { onlineDeploymentType } from "./resources/online-deployment.ts";
import { onlineEndpointType } from "./resources/online-endpoint.ts";
import { registryType } from "./resources/registry.ts";
import { scheduleType } from "./resources/schedule.ts";
import { workspaceType } from "./resources/workspace.ts";

/** Every resource there is. Routes, OpenAPI and the coverage page derive from this list. */
export const catalog: readonly ResourceType[] = [
  workspaceType,
  datastoreType,
  computeType,
  jobType,
  scheduleType,
  environmentType,
  environmentVersionType,
  registryEnvironmentType,
  registryEnvironmentVersionType,
  ...codeTypes,
  ...dataTypes,
  ...componentTypes,
  ...modelTypes,
  onlineEndpointType,
  onlineDeploymentType,
  registryType,
];

const byType: ReadonlyMap<string, ResourceType> = new Map(catalog.map((type) => [type.type.toLowerCase(), type]));

/** The declaration of `workspaces/models/versions` and the like, whatever the case; `undefined` when there is none. */
export function findResourceType(type: string): ResourceType | undefined {
  return byType.get(type.toLowerCase());
}
