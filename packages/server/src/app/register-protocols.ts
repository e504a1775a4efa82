import { VERSION } from "@lazuli/contract/version.ts";
import type { FastifyInstance } from "fastify";

import { armProtocol } from "../protocols/arm/arm-protocol.ts";
import { blobProtocol } from "../protocols/blob/blob-protocol.ts";
import { historyProtocol } from "../protocols/history/history-protocol.ts";
import { inferenceProtocol } from "../protocols/inference/inference-protocol.ts";
import { mlflowProtocol } from "../protocols/mlflow/mlflow-protocol.ts";
import { nodeProtocol } from "../protocols/node/node-protocol.ts";
import { servicesProtocol } from "../protocols/services/services-protocol.ts";
import { tokenProtocol } from "../protocols/token/token-protocol.ts";
import { webProtocol } from "../protocols/web/web-protocol.ts";
import { createStorageAuthorization } from "./authorize-storage.ts";
import { findRegistryPlace } from "./find-registry.ts";
import { locationFacts } from "./location-facts.ts";
import type { Services } from "./services.ts";

const STUDIO_BUILD = new URL("../../../studio/dist/", import.meta.url).pathname;

/** Every protocol on the one server. */
export async function registerProtocols(app: FastifyInstance, services: Services): Promise<void> {
  const { engine, tasks, stores, driver, servingTable, servingCounters } = services;
  await app.register(armProtocol({ ...services, version: VERSION, locationFacts: locationFacts(services) }));
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
  await app.register(
    historyProtocol({
      ...services,
      liveLogs: stores.liveLogs,
      blobs: stores.blobs,
      tracking: stores.tracking,
      secretBox: stores.secretBox,
    }),
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
  await app.register(servicesProtocol({ ...services, resources: engine.resources }));
  await app.register(
    webProtocol({
      ...services,
      resources: engine.resources,
      listByType: (type) => engine.store.listByType(type),
      changes: engine.changes,
      liveLogs: stores.liveLogs,
      blobs: stores.blobs,
      tracking: stores.tracking,
      studioFolder: STUDIO_BUILD,
      version: VERSION,
    }),
  );
}
