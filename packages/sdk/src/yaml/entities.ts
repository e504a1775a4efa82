import { componentEntity } from "./entities/component.ts";
import { computeEntity } from "./entities/compute.ts";
import { dataEntity } from "./entities/data.ts";
import { datastoreEntity } from "./entities/datastore.ts";
import type { Entity } from "./entities/entity.ts";
import { environmentEntity } from "./entities/environment.ts";
import { jobEntity } from "./entities/job.ts";
import { modelEntity } from "./entities/model.ts";
import { onlineDeploymentEntity } from "./entities/online-deployment.ts";
import { onlineEndpointEntity } from "./entities/online-endpoint.ts";
import { scheduleEntity } from "./entities/schedule.ts";
import { workspaceEntity } from "./entities/workspace.ts";

export const ENTITIES = {
  workspace: workspaceEntity,
  job: jobEntity,
  data: dataEntity,
  environment: environmentEntity,
  model: modelEntity,
  compute: computeEntity,
  "online-endpoint": onlineEndpointEntity,
  "online-deployment": onlineDeploymentEntity,
  datastore: datastoreEntity,
  component: componentEntity,
  schedule: scheduleEntity,
} as const satisfies Record<string, Entity>;

export type Noun = keyof typeof ENTITIES;
