import { join } from "node:path";

import { codeTypes } from "@lazuli/contract/resources/code.ts";
import { componentTypes } from "@lazuli/contract/resources/component.ts";
import { dataTypes } from "@lazuli/contract/resources/data.ts";
import { jobType } from "@lazuli/contract/resources/job.ts";
import { modelTypes } from "@lazuli/contract/resources/model.ts";

import { randomGuid } from "../base/ids.ts";
import { parseProperties } from "../engine/resources/put-checks.ts";
import { assetVersionResource } from "../resources/asset/asset.ts";
import { computeResource } from "../resources/compute/compute.ts";
import { datastoreResource } from "../resources/datastore/datastore.ts";
import {
  environmentVersionResource,
  registryEnvironmentVersionResource,
} from "../resources/environment/environment.ts";
import { jobResource } from "../resources/job/job.ts";
import { onlineDeploymentResource } from "../resources/online-deployment/online-deployment.ts";
import { onlineEndpointResource } from "../resources/online-endpoint/online-endpoint.ts";
import { registryResource } from "../resources/registry/registry.ts";
import { scheduleResource } from "../resources/schedule/schedule.ts";
import { workspaceResource } from "../resources/workspace/workspace.ts";
import type { Services } from "./services.ts";

/** Holds the package `lazuli`, which runs inside users' Python environments. */
const PYTHON_FOLDER = join(import.meta.dirname, "../../../../python/src");

/** Gives every type of the catalog that behaves its behaviour. */
export function defineResources(services: Services): void {
  const { engine, stores, authority, clock } = services;
  const forTasks = {
    blobs: stores.blobs,
    logs: stores.liveLogs,
    table: services.servingTable,
    counters: services.servingCounters,
  };
  const shared = { blobs: stores.blobs, authority, newGuid: randomGuid, now: () => clock.now() };
  engine.define(workspaceResource(shared));
  engine.define(registryResource(shared));
  engine.define(datastoreResource({ ...shared, secretBox: stores.secretBox }));
  engine.define(computeResource(services));
  engine.define(
    jobResource({
      ...services,
      blobs: stores.blobs,
      liveLogs: stores.liveLogs,
      tracking: stores.tracking,
      slotCount: services.machine.coreCount,
      pythonFolder: PYTHON_FOLDER,
    }),
  );
  engine.define(
    scheduleResource({
      access: services.access,
      checkJob: async (request) => {
        const properties = parseProperties(jobType, request.properties);
        await engine.definitions.get(jobType.type.toLowerCase())?.admit?.({ ...request, properties }, engine.context);
      },
    }),
  );
  engine.define(onlineEndpointResource({ ...services, secretBox: stores.secretBox, table: services.servingTable }));
  engine.define(onlineDeploymentResource({ ...services, ...forTasks, pythonFolder: PYTHON_FOLDER }));
  engine.define(environmentVersionResource());
  engine.define(registryEnvironmentVersionResource());
  const assets = [codeTypes, dataTypes, modelTypes, componentTypes].flat();
  for (const type of assets.filter(({ shape }) => shape === "version")) {
    engine.define(assetVersionResource(type, shared));
  }
}
