import { onlineDeploymentType } from "@lazuli/contract/resources/online-deployment.ts";
import { onlineEndpointType } from "@lazuli/contract/resources/online-endpoint.ts";

import type { ResourceStore } from "../resources/resource-store.ts";
import type { Resources } from "../resources/resources.ts";

/** Has every endpoint and deployment look at itself: at start, when the routing table is empty and replicas still run. */
export async function wakeServing(engine: {
  readonly store: Pick<ResourceStore, "listByType">;
  readonly resources: Pick<Resources, "wake">;
}): Promise<void> {
  for (const { type } of [onlineEndpointType, onlineDeploymentType]) {
    for (const resource of await engine.store.listByType(type)) engine.resources.wake(resource.id);
  }
}
