import type { IncomingMessage } from "node:http";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { ServiceType } from "@lazuli/contract/node/task-service.ts";
import { MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";
import { z } from "zod";

import type { Log } from "../../base/log.ts";
import type { Access } from "../../engine/access/access.ts";
import type { Authenticate } from "../../engine/access/authenticate.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { Task } from "../../engine/tasks/tasks.ts";

export interface FindServiceDependencies {
  readonly tasks: { find(taskId: string): Promise<ServingTask | undefined> };
  readonly resources: { get(id: string): Promise<Pick<Resource, "id" | "name" | "state">> };
  readonly access: Pick<Access, "assertCan">;
  readonly authenticate: Authenticate;
  readonly log: Log;
}

/** What is asked of the task that a program runs beside. */
interface ServingTask extends Pick<Task, "ownerId" | "services"> {
  readonly spec: Pick<Task["spec"], "services">;
}

/** A program that runs, and what a request to it becomes. */
export interface FoundService {
  readonly type: ServiceType;
  readonly host: string;
  readonly port: number | undefined;
  readonly socketPath: string | undefined;
  /** Path and query at the program. */
  readonly path: string;
  /** What the program takes as its password, where it has one. */
  readonly authorization: string | undefined;
}

/** `/services/<task>/<name>/<path at the program>`. */
const TARGET = /^\/services\/([^/?]+)\/([^/?]+)(\/[^?]*)?(\?.*)?$/;
const ownerSchema = z.looseObject({ submittedBy: z.looseObject({ id: z.string() }) });

/**
 * Who may look at a job may look at its TensorBoard; the other programs run any code as the one who submitted the job,
 * so they are for that one and for those who may submit jobs to the workspace.
 *
 * Throws `Unauthenticated`, `Forbidden`, `NotFound` and, while it does not run, `Unavailable`.
 */
export async function findService(request: IncomingMessage, deps: FindServiceDependencies): Promise<FoundService> {
  const principal = await deps.authenticate(request.headers, ["management", "studio"]);
  const target = TARGET.exec(request.url ?? "");
  const name = decode(target?.[2]);
  const task = await deps.tasks.find(decode(target?.[1]));
  const service = task?.spec.services?.find((one) => one.name === name);
  if (task === undefined || service === undefined)
    throw new PlatformError("NotFound", "No job has a service here, or the job has ended.");
  const job = await deps.resources.get(task.ownerId);
  await deps.access.assertCan(principal, `${MACHINE_LEARNING}/workspaces/jobs/read`, job.id);
  const isOwn = ownerSchema.safeParse(job.state).data?.submittedBy.id === principal.id;
  if (service.type !== "TensorBoard" && !isOwn) {
    await deps.access.assertCan(principal, `${MACHINE_LEARNING}/workspaces/jobs/write`, job.id);
  }
  const state = task.services.find((one) => one.name === name);
  if (state?.status !== "Running" || (state.port === undefined && state.socketPath === undefined)) {
    const why = state?.error === undefined ? "" : `: ${state.error}`;
    throw new PlatformError("Unavailable", `Service '${name}' of job '${job.name}' does not run${why}.`);
  }
  const rest = `${target?.[3] ?? "/"}${target?.[4] ?? ""}`;
  return {
    type: service.type,
    host: "127.0.0.1",
    port: state.port,
    socketPath: state.socketPath,
    // VS Code's links are relative; the others were told the path that they are shown under.
    path: service.type === "VSCode" ? rest : `${service.basePath}${rest}`,
    authorization: service.type === "JupyterLab" ? `token ${service.token}` : undefined,
  };
}

function decode(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch (error) {
    throw new PlatformError("BadRequest", `'${part ?? ""}' is not part of an address.`, { cause: error });
  }
}
