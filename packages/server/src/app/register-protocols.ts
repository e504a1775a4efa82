import type { FastifyInstance } from "fastify";

import { armProtocol } from "../protocols/arm/arm-protocol.ts";
import { blobProtocol } from "../protocols/blob/blob-protocol.ts";
import { inferenceProtocol } from "../protocols/inference/inference-protocol.ts";
import { mlflowProtocol } from "../protocols/mlflow/mlflow-protocol.ts";
import { nodeProtocol } from "../protocols/node/node-protocol.ts";
import { tokenProtocol } from "../protocols/token/token-protocol.ts";
import { createStorageAuthorization } from "./authorize-storage.ts";
import { findRegistryPlace } from "./find-registry.ts";
import type { Services } from "./services.ts";

/** Every protocol on the one server. */
export async function registerProtocols(app: FastifyInstance, services: Services): Promise<void> {
  const { engine, tasks, stores, driver, servingTable, servingCounters } = services;
  await app.register(armProtocol({ ...services, locationFacts: new Map() }));
  await app.register(
    blobProtocol({
      ...services,
      blobs: stores.blobs,
      authorize: createStorageAuthorization(engine, services.access),
    }),
  );
  await app.register(
    mlflowProtocol({ ...services, tracking: stores.tracking, resources: engine.resources, blobs: stores.blobs }),
  );
  await app.register(tokenProtocol({ ...services, findRegistry: (name) => findRegistryPlace(engine, name) }));
  await app.register(
    nodeProtocol({
      ...services,
      tasks,
      logs: stores.liveLogs,
      blobs: stores.blobs,
      localDrivers: new Set([driver.name]),
    }),
  );
  await app.register(
    inferenceProtocol({ ...services, table: servingTable, counters: servingCounters, random: () => Math.random() }),
  );
}
