import { adoptRequestSchema } from "@lazuli/contract/node/runner-message.ts";
import { taskReportSchema } from "@lazuli/contract/node/task-report.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from "fastify";
import { z } from "zod";

import type { Log } from "../../base/log.ts";
import { readCredentials } from "../../engine/access/authenticate.ts";
import type { Tokens } from "../../engine/access/tokens.ts";
import { takeReport } from "../../engine/tasks/take-report.ts";
import { checkTaskScope } from "../../engine/tasks/task-token.ts";
import type { LiveLogs, Tasks } from "../../engine/tasks/tasks.ts";
import { adoptOutputs, type BlobAdopter } from "./adopt-outputs.ts";
import { renderError } from "./render-error.ts";

export interface NodeProtocolDependencies {
  readonly tasks: Tasks;
  readonly logs: LiveLogs;
  readonly blobs: BlobAdopter;
  readonly tokens: Pick<Tokens, "verify">;
  /** Names of the drivers whose tasks run on this very machine: only those may name files to adopt. */
  readonly localDrivers: ReadonlySet<string>;
  readonly log: Log;
}

/** One report or piece of a log; a runner cuts logs into far smaller pieces. */
const BODY_BYTES_MAX = 8 * 1024 * 1024;

const taskParams = z.object({ taskId: z.string().max(200) });
const logQuery = z.object({ name: z.string().max(400), offset: z.coerce.number().int().nonnegative() });

/** What runners call, each with the token of its task: reports, signs of life, logs, and files to take in. */
export function nodeProtocol(dependencies: NodeProtocolDependencies): FastifyPluginAsync {
  return async (app) => {
    app.addContentTypeParser(
      "application/octet-stream",
      { parseAs: "buffer", bodyLimit: BODY_BYTES_MAX },
      (_request, body, done) => done(null, body),
    );
    app.setErrorHandler((error, request, reply) => {
      const rendered = renderError(error);
      if (rendered.status >= 500) dependencies.log.error({ error, url: request.url }, "a runner's request failed");
      return reply.code(rendered.status).send(rendered.body);
    });
    addRoutes(app, dependencies);
  };
}

function addRoutes(app: FastifyInstance, dependencies: NodeProtocolDependencies): void {
  const { tasks, logs } = dependencies;
  const options = { bodyLimit: BODY_BYTES_MAX };

  app.post("/node/v1/tasks/:taskId/report", options, async (request) => {
    const taskId = await admit(request, dependencies);
    const report = taskReportSchema.parse(request.body);
    return takeReport(taskId, report, dependencies);
  });

  app.post("/node/v1/tasks/:taskId/heartbeat", options, async (request) => {
    return tasks.heartbeat(await admit(request, dependencies));
  });

  app.post("/node/v1/tasks/:taskId/logs", options, async (request) => {
    const taskId = await admit(request, dependencies);
    const { name, offset } = logQuery.parse(request.query);
    if (!Buffer.isBuffer(request.body)) throw new PlatformError("BadRequest", "A piece of a log is sent as bytes.");
    const { order } = await tasks.heartbeat(taskId);
    return { order, sizeBytes: await logs.append({ taskId, name }, offset, request.body) };
  });

  app.post("/node/v1/tasks/:taskId/adopt", options, async (request) => {
    const taskId = await admit(request, dependencies);
    const { files } = adoptRequestSchema.parse(request.body);
    return adoptOutputs(taskId, files, dependencies);
  });
}

/** Checks the task's token and answers the task's id. */
async function admit(request: FastifyRequest, { tokens }: NodeProtocolDependencies): Promise<string> {
  const { taskId } = taskParams.parse(request.params);
  const principal = await tokens.verify(readCredentials(request.headers).token, ["task"]);
  checkTaskScope(principal, taskId);
  return taskId;
}
