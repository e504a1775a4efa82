import { PlatformError } from "@lazuli/contract/errors.ts";
import { onlineDeploymentType, type OnlineDeploymentProperties } from "@lazuli/contract/resources/online-deployment.ts";
import { trafficSchema } from "@lazuli/contract/resources/online-endpoint.ts";

import type { ComputeDriver } from "../../drivers/driver.ts";
import type { Tokens } from "../../engine/access/tokens.ts";
import { defineResource, type ResourceContext } from "../../engine/define-resource.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { ServingCounters } from "../../engine/serving/serving-counters.ts";
import type { ServingTable } from "../../engine/serving/serving-table.ts";
import type { LiveLogs, Tasks } from "../../engine/tasks/tasks.ts";
import { admitDeployment, INSTANCES_MAX } from "./admit.ts";
import { readDeploymentLogs } from "./deployment-logs.ts";
import type { SourceDependencies } from "./deployment-sources.ts";
import { deploymentStateSchema, initialDeploymentState, type DeploymentState } from "./deployment-state.ts";
import { reconcileDeployment } from "./reconcile.ts";
import { createReplicaProbe } from "./replica-probe.ts";

export interface OnlineDeploymentDependencies extends SourceDependencies {
  readonly table: ServingTable;
  readonly counters: ServingCounters;
  readonly tasks: Tasks;
  readonly logs: LiveLogs;
  readonly tokens: Tokens;
  /** Runs the replicas. */
  readonly driver: ComputeDriver;
  /** `$LAZULI_HOME/tasks`. */
  readonly tasksFolder: string;
  /** Folder with the package `lazuli` for Python: `python/src` of the checkout. */
  readonly pythonFolder: string;
}

/** An online deployment: a model and how to serve it, by as many replicas as its capacity says. */
export function onlineDeploymentResource(deps: OnlineDeploymentDependencies) {
  const isAnswering = createReplicaProbe();
  return defineResource<OnlineDeploymentProperties, DeploymentState>({
    type: onlineDeploymentType,
    state: deploymentStateSchema,
    initialState: initialDeploymentState,
    admit: (request) => admitDeployment(request, deps),
    admitRemoval: (resource, context) => refuseWhileServing(resource, context),
    reconcile: (resource, context, signal) => reconcileDeployment(resource, { ...deps, isAnswering, context, signal }),
    render: async (resource) => renderDeployment(resource),
    actions: {
      getLogs: ({ resource, body }) => readDeploymentLogs(resource, body, deps),
      skus: async ({ resource }) => listSkus(resource),
    },
  });
}

/** As on Azure: requests that are sent to it would fail from one moment to the next. */
async function refuseWhileServing({ name, parentKey }: Resource, context: ResourceContext): Promise<void> {
  const endpoint = await context.resources.find(parentKey);
  const shares = trafficSchema.nullish().parse(endpoint?.properties["traffic"]) ?? {};
  const share = shares[name] ?? 0;
  if (share === 0) return;
  throw new PlatformError(
    "Conflict",
    `Deployment '${name}' gets ${share} % of the traffic of endpoint '${endpoint?.name ?? ""}'; give that to another deployment first.`,
    { target: "traffic" },
  );
}

function renderDeployment(resource: Resource<OnlineDeploymentProperties, DeploymentState>): Record<string, unknown> {
  const { failure, instances } = resource.state;
  return {
    ...resource.properties,
    scaleSettings: resource.properties.scaleSettings ?? { scaleType: "Default" },
    instances,
    ...(failure !== null && { error: { code: failure.code, message: failure.message, logTail: failure.logTail } }),
  };
}

function listSkus({ envelope }: Resource): { value: readonly unknown[] } {
  const capacity = { minimum: 0, maximum: INSTANCES_MAX, default: 1, scaleType: "Automatic" };
  const sku = { name: "Default", ...envelope.sku };
  const resourceType = `Microsoft.MachineLearningServices/${onlineDeploymentType.type}`;
  return { value: [{ resourceType, sku: { name: sku.name }, capacity }] };
}
