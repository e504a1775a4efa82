import type { TaskError } from "@lazuli/contract/node/task-report.ts";
import { deploymentSkuSchema, type OnlineDeploymentProperties } from "@lazuli/contract/resources/online-deployment.ts";
import { parentId, parseResourceId, renderResourceId } from "@lazuli/contract/resource-id.ts";

import type { Outcome, ResourceContext } from "../../engine/define-resource.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { Task } from "../../engine/tasks/tasks.ts";
import type { DeploymentState } from "./deployment-state.ts";
import { describeReplicaFailure } from "./describe-failure.ts";
import type { OnlineDeploymentDependencies } from "./online-deployment.ts";
import { planReplicas, type ReplicaPlan } from "./plan-replicas.ts";
import type { ReplicaProbe } from "./replica-probe.ts";
import { createReplicas, forgetOldReplicas, stopReplicas } from "./replica-tasks.ts";
import { listInstances, viewReplica } from "./replica-views.ts";
import { templateDigest } from "./replica-spec.ts";
import { requestLimits } from "./request-limits.ts";

export type Deployment = Resource<OnlineDeploymentProperties, DeploymentState>;

export interface ReconcileDependencies extends OnlineDeploymentDependencies {
  readonly isAnswering: ReplicaProbe;
  readonly context: ResourceContext;
  readonly signal: AbortSignal;
}

/** Looks at replicas whose runner should have reported by itself. */
const WATCH_MS = 15_000;
/** While replicas start or stop; their reports wake the deployment earlier. */
const CHANGE_MS = 500;
/** Between the start of a server and its first answer nobody reports: look often. */
const PROBE_MS = 20;
const REPLICA_HOST = "127.0.0.1";

/** Starts, replaces, stops and publishes replicas until as many as wanted serve what is wanted. */
export async function reconcileDeployment(
  deployment: Deployment,
  deps: ReconcileDependencies,
): Promise<Outcome<DeploymentState>> {
  const tasks = await lookAfter(await deps.tasks.listByOwner(deployment.id), deps);
  if (deployment.deletedAt !== undefined) return removeDeployment(deployment, tasks, deps);
  const digest = templateDigest(deployment.properties);
  const answering = await findAnswering(tasks, deps);
  const views = tasks.map((task) => viewReplica(task, { digest, generation: deployment.generation, answering }));
  const plan = holdFailure(
    planReplicas(views, {
      instanceCount: instanceCountOf(deployment),
      hasServed: deployment.state.servedTemplate === digest,
      now: deps.context.clock.now(),
    }),
    deployment,
  );
  publish(deployment, { plan, tasks }, deps);
  await stopReplicas(tasks, plan.stop, deps);
  if (plan.createCount > 0) await createReplicas(deployment, plan.createCount, deps);
  await forgetOldReplicas(tasks, deps);
  return conclude(deployment, { plan, tasks, digest, answering }, deps);
}

function instanceCountOf(deployment: Deployment): number {
  return deploymentSkuSchema.parse(deployment.envelope.sku ?? {}).capacity;
}

/** Starts what has no handle yet and ends what its driver has lost, so that every live task is really there. */
async function lookAfter(tasks: readonly Task[], deps: ReconcileDependencies): Promise<readonly Task[]> {
  return Promise.all(tasks.map(async (task) => (task.result === undefined ? lookAfterTask(task, deps) : task)));
}

async function lookAfterTask(task: Task, deps: ReconcileDependencies): Promise<Task> {
  if (task.handle === undefined) {
    const handle = await deps.driver.start(task.spec, deps.signal);
    await deps.tasks.setHandle(task.taskId, handle);
    return { ...task, handle };
  }
  const status = await deps.driver.inspect(task.handle);
  if (status !== "lost") return task;
  const message = "The process of the instance is gone: it was killed from outside, or the machine restarted.";
  const error: TaskError = { category: "system", code: "ReplicaLost", message, logTail: [] };
  await deps.tasks.setResult(task.taskId, {
    outcome: task.isStopRequested ? "canceled" : "failed",
    exitCode: null,
    endedAt: deps.context.clock.now(),
    substitutions: {},
    ...(!task.isStopRequested && { error }),
  });
  return (await deps.tasks.find(task.taskId)) ?? task;
}

async function findAnswering(tasks: readonly Task[], deps: ReconcileDependencies): Promise<ReadonlySet<string>> {
  const asked = tasks.flatMap(({ taskId, port, result }) => (port === undefined || result ? [] : [{ taskId, port }]));
  const answers = await Promise.all(
    asked.map(({ taskId, port }) => deps.isAnswering(taskId, { host: REPLICA_HOST, port })),
  );
  return new Set(asked.filter((_, index) => answers[index]).map(({ taskId }) => taskId));
}

/** A wish that failed is not tried again by itself: the user changes something and puts it anew. */
function holdFailure(plan: ReplicaPlan, deployment: Deployment): ReplicaPlan {
  const { failure } = deployment.state;
  return failure?.generation === deployment.generation ? { ...plan, createCount: 0 } : plan;
}

function publish(
  deployment: Deployment,
  { plan, tasks }: { plan: ReplicaPlan; tasks: readonly Task[] },
  { table }: ReconcileDependencies,
): void {
  const ports = new Map(tasks.map((task) => [task.taskId, task.port]));
  table.publishDeployment(endpointIdOf(deployment), {
    name: deployment.name,
    replicas: plan.serve.flatMap((taskId) => {
      const port = ports.get(taskId);
      return port === undefined ? [] : [{ taskId, host: REPLICA_HOST, port }];
    }),
    ...requestLimits(deployment.properties),
  });
}

function conclude(
  deployment: Deployment,
  seen: { plan: ReplicaPlan; tasks: readonly Task[]; digest: string; answering: ReadonlySet<string> },
  { context }: ReconcileDependencies,
): Outcome<DeploymentState> {
  const { plan, tasks, digest, answering } = seen;
  const { state, generation } = deployment;
  const instances = listInstances(tasks, answering);
  const isHeld = state.failure?.generation === generation;
  if (isHeld && plan.failure === undefined) return failAgain(deployment, { ...state, instances });
  if (plan.failure !== undefined) {
    const { code, message } = describeReplicaFailure(deployment, plan.failure);
    const { logTail } = plan.failure;
    const next = { ...state, instances, failure: { generation, code, message, logTail } };
    return plan.stop.length > 0 && isHeld
      ? { kind: "checkAgain", afterMs: CHANGE_MS, reason: "stops the instances that failed", state: next }
      : failAgain(deployment, next);
  }
  if (plan.isComplete) {
    const next: DeploymentState = { servedTemplate: digest, failure: null, instances };
    const afterMs = plan.stop.length > 0 ? CHANGE_MS : WATCH_MS;
    // `ready` ends the operation; a deployment that is ready already goes on being watched.
    if (deployment.provisioningState === "Succeeded") {
      return { kind: "checkAgain", afterMs, reason: "watches its instances", state: next };
    }
    context.resources.wake(deployment.id, context.clock.now() + afterMs);
    return { kind: "ready", state: next };
  }
  const isProbing = tasks.some((task) => task.port !== undefined && !task.result && !answering.has(task.taskId));
  const afterMs = isProbing ? PROBE_MS : Math.max(CHANGE_MS, plan.backOffMs);
  const waiting = instances.find((one) => one.state === "Starting")?.reason;
  return { kind: "checkAgain", afterMs, reason: waiting ?? "waits for its instances", state: { ...state, instances } };
}

/** Ends the operation; what still serves from before goes on being watched. */
function failAgain(deployment: Deployment, state: DeploymentState): Outcome<DeploymentState> {
  const { code, message } = state.failure ?? { code: "DeploymentFailed", message: "The deployment failed." };
  const isTold = deployment.provisioningState === "Failed";
  const isBusy = state.instances.some((one) => one.state !== "Failed");
  if (isTold && isBusy) return { kind: "checkAgain", afterMs: WATCH_MS, reason: message, state };
  return { kind: "failed", code, message, state };
}

async function removeDeployment(
  deployment: Deployment,
  tasks: readonly Task[],
  deps: ReconcileDependencies,
): Promise<Outcome<DeploymentState>> {
  deps.table.removeDeployment(endpointIdOf(deployment), deployment.name);
  deps.counters.remove(endpointIdOf(deployment), deployment.name);
  const live = tasks.filter((task) => task.result === undefined);
  await stopReplicas(
    tasks,
    live.map((task) => task.taskId),
    deps,
  );
  if (live.length > 0)
    return { kind: "checkAgain", afterMs: CHANGE_MS, reason: "waits until its instances have stopped" };
  for (const task of tasks) await deps.tasks.remove(task.taskId);
  return { kind: "ready" };
}

function endpointIdOf(deployment: Deployment): string {
  const parent = parentId(parseResourceId(deployment.id));
  return parent === undefined ? deployment.id : renderResourceId(parent);
}
