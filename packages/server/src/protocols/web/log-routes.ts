import { childId, MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";

import { jobThatRan } from "../../engine/reuse/job-that-ran.ts";
import { sendEvents, type ServerEvent } from "./event-stream.ts";
import { followLog, listLogs, type JobLog } from "./job-log.ts";
import type { WebDependencies } from "./web-dependencies.ts";

const querySchema = z.object({ workspace: z.string() });
const paramsSchema = z.object({ job: z.string(), "*": z.string().default("") });

/** A job's logs: their names, and each as it grows. */
export function addLogRoutes(app: FastifyInstance, deps: WebDependencies): void {
  app.get("/studio/api/jobs/:job/logs", async (request) => {
    return { files: await listLogs(await openLog(request, deps), deps) };
  });

  app.get("/studio/api/jobs/:job/logs/*", async (request, reply) => {
    const log = await openLog(request, deps);
    // A browser that lost the connection says what it read last.
    const last = Number(request.headers["last-event-id"] ?? 0);
    const from = Number.isSafeInteger(last) && last > 0 ? last : 0;
    await sendEvents({ request, reply }, (signal) => renderLog(log, { from, signal }, deps));
  });
}

async function* renderLog(
  log: JobLog,
  options: { readonly from: number; readonly signal: AbortSignal },
  deps: WebDependencies,
): AsyncIterable<ServerEvent> {
  for await (const chunk of followLog(log, options, deps)) {
    yield { event: "chunk", id: String(chunk.end), data: { text: chunk.text } };
  }
  yield { event: "end", data: {} };
}

async function openLog(request: FastifyRequest, deps: WebDependencies): Promise<JobLog> {
  const principal = await deps.authenticate(request.headers, ["management"]);
  const { workspace } = querySchema.parse(request.query);
  const { job, "*": file } = paramsSchema.parse(request.params);
  const jobId = childId(workspace, "jobs", job);
  await deps.access.assertCan(principal, `${MACHINE_LEARNING}/workspaces/jobs/read`, jobId);
  const ran = jobThatRan(await deps.resources.get(jobId));
  return { workspaceId: workspace, jobId: ran.id, jobName: ran.name, file };
}
