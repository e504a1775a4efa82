import { randomBytes } from "node:crypto";

import { SERVICE_TYPES, type TaskService } from "@lazuli/contract/node/task-service.ts";
import { z } from "zod";

import type { Task } from "../../../engine/tasks/tasks.ts";
import type { JobServiceState, JobState } from "../job-state.ts";
import type { Leaf } from "./leaf-job.ts";

const TOKEN_BYTES = 24;
/** What becomes a part of a path. */
const NAME = /^[\w.-]{1,100}$/;

const askedServiceSchema = z.looseObject({
  jobServiceType: z.enum(SERVICE_TYPES),
  port: z.number().int().min(1_024).max(65_535).nullish(),
  nodes: z.unknown().optional(),
  properties: z.record(z.string(), z.string().nullish()).nullish(),
});

/** What is wrong with a service that a job asks for; `undefined` when nothing is. */
export function serviceProblem(name: string, value: unknown): string | undefined {
  if (!NAME.test(name)) return `'${name}' cannot name a service: use letters, digits, '.', '-' and '_', at most 100.`;
  const asked = askedServiceSchema.safeParse(value);
  if (asked.success) return undefined;
  const [issue] = asked.error.issues;
  if (issue?.path[0] !== "jobServiceType") return `Service '${name}' is not valid: ${issue?.message ?? "unknown"}.`;
  return `Service '${name}' has a type that no node starts; choose '${SERVICE_TYPES.join("', '")}'.`;
}

/** The programs that a node of the job is to start: those of all nodes, and on the first one the others too. */
export function taskServices(job: Leaf, place: { taskId: string; rank: number }): TaskService[] {
  return Object.entries(job.properties.services ?? {}).flatMap(([name, value]) => {
    const asked = askedServiceSchema.safeParse(value);
    if (!asked.success || !NAME.test(name)) return [];
    const { jobServiceType: type, port, nodes, properties } = asked.data;
    if (place.rank > 0 && nodes == null) return [];
    const logFolder = properties?.["logDir"];
    const sshPublicKeys = properties?.["sshPublicKeys"];
    return [
      {
        name,
        type,
        basePath: servicePath(place.taskId, name),
        token: randomBytes(TOKEN_BYTES).toString("base64url"),
        ...(port != null && { port }),
        ...(logFolder != null && { logFolder }),
        ...(sshPublicKeys != null && { sshPublicKeys }),
      },
    ];
  });
}

/** Path below the server at which the protocol of services answers, without a final slash. */
function servicePath(taskId: string, name: string): string {
  return `/services/${taskId}/${encodeURIComponent(name)}`;
}

/** The job's services as its first node tells them; they have ended once the task has. */
export function followServices(state: JobState, task: Task): JobState {
  const asked = task.spec.services ?? [];
  if (asked.length === 0) return state;
  const entries = asked.map(({ name, type, basePath }): [string, JobServiceState] => {
    const told = task.services.find((one) => one.name === name);
    const hasEnded = task.result !== undefined && told?.status !== "Failed";
    const status = hasEnded ? "Stopped" : (told?.status ?? "Starting");
    return [
      name,
      {
        type,
        status,
        ...(type !== "SSH" && { path: `${basePath}/` }),
        ...(told?.address !== undefined && { address: told.address }),
        ...(told?.port !== undefined && { port: told.port }),
        ...(told?.error !== undefined && { error: told.error }),
      },
    ];
  });
  return { ...state, services: Object.fromEntries(entries) };
}
