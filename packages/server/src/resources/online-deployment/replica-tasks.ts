import { parseResourceId, renderResourceId, resourceKey, rootId } from "@lazuli/contract/resource-id.ts";

import type { Principal } from "../../engine/access/principal.ts";
import { taskScope } from "../../engine/tasks/task-token.ts";
import type { Task } from "../../engine/tasks/tasks.ts";
import { findSources } from "./deployment-sources.ts";
import type { Deployment, ReconcileDependencies } from "./reconcile.ts";
import { REPLICA_GRACE_SECONDS, replicaSpec, templateDigest } from "./replica-spec.ts";
import { replicaTaskId } from "./replica-views.ts";

/** Replicas serve for a long time; a restarted one gets a token of its own. */
const TOKEN_SECONDS = 365 * 24 * 3_600;
/** Ended replicas whose logs are kept for the user. */
const ENDED_KEPT = 3;

/** Records and starts replicas of the deployment as it is desired now. */
export async function createReplicas(
  deployment: Deployment,
  count: number,
  deps: ReconcileDependencies,
): Promise<void> {
  const sources = await findSources(deployment.id, deployment.properties, deps);
  const id = parseResourceId(deployment.id);
  const [workspaceName = "", endpointName = ""] = id.segments.map(([, name]) => name);
  for (let index = 0; index < count; index += 1) {
    const digest = templateDigest(deployment.properties);
    const taskId = replicaTaskId(digest, deployment.generation, deps.context.newId());
    const spec = replicaSpec(deployment.properties, sources, {
      taskId,
      token: await deps.tokens.issue({
        principal: replicaPrincipal(deployment, taskId),
        audience: "task",
        lifetimeSeconds: TOKEN_SECONDS,
      }),
      tasksFolder: deps.tasksFolder,
      serverUrl: deps.serverUrl,
      pythonFolder: deps.pythonFolder,
      deploymentName: deployment.name,
      endpointName,
      subscription: id.subscription,
      resourceGroup: id.resourceGroup,
      workspaceName,
    });
    const task = await deps.tasks.create({ spec, ownerId: deployment.id, driver: deps.driver.name });
    await deps.tasks.setHandle(task.taskId, await deps.driver.start(task.spec, deps.signal));
  }
}

/** Asks replicas to end; asking again changes nothing. */
export async function stopReplicas(
  tasks: readonly Task[],
  taskIds: readonly string[],
  deps: ReconcileDependencies,
): Promise<void> {
  const wanted = new Set(taskIds);
  for (const task of tasks) {
    if (!wanted.has(task.taskId) || task.result !== undefined) continue;
    if (!task.isStopRequested) await deps.tasks.requestStop(task.taskId);
    if (task.handle !== undefined) await deps.driver.stop(task.handle, REPLICA_GRACE_SECONDS * 1_000);
  }
}

/** Keeps the last few ended replicas for their logs. */
export async function forgetOldReplicas(tasks: readonly Task[], deps: ReconcileDependencies): Promise<void> {
  const ended = tasks.filter((task) => task.result !== undefined);
  const byEnd = ended.sort((a, b) => (b.result?.endedAt ?? 0) - (a.result?.endedAt ?? 0));
  for (const task of byEnd.slice(ENDED_KEPT)) await deps.tasks.remove(task.taskId);
}

function replicaPrincipal(deployment: Deployment, taskId: string): Principal {
  const workspace = renderResourceId(rootId(parseResourceId(deployment.id)));
  return {
    id: taskId,
    tenantId: "00000000-0000-0000-0000-000000000000",
    name: `deployment ${deployment.name}`,
    kind: "task",
    scopes: [taskScope(taskId), resourceKey(workspace)],
  };
}
