import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { pino } from "pino";

import { systemClock } from "../base/clock.ts";
import { randomGuid } from "../base/ids.ts";
import { wakeServing } from "../engine/serving/wake-serving.ts";
import { loadCuratedEnvironments } from "../resources/environment/curated-environments.ts";
import type { Config } from "./config.ts";
import { defineResources } from "./define-resources.ts";
import { ensureCurated, ensureDefaults } from "./first-start.ts";
import { lockHome } from "./home/home-lock.ts";
import { createListener } from "./listener/listener.ts";
import { listen } from "./listener/listen.ts";
import { registerProtocols } from "./register-protocols.ts";
import { renewTls } from "./tls/renew-tls.ts";
import { openServices } from "./services.ts";

/** Longest id or path part that a route takes; blob names are longest. */
const PARAM_LENGTH_MAX = 4_096;
const CLOSE_GRACE_MS = 5_000;
const CURATED_ENVIRONMENTS = fileURLToPath(new URL("../../../../curated/environments/", import.meta.url));

export interface Server {
  readonly authority: string;
  readonly bundlePath: string;
  close(): Promise<void>;
}

/** Locks the home, constructs everything, makes what a first start makes, and listens. */
export async function startServer(config: Config): Promise<Server> {
  const lock = await lockHome(config.home);
  const log = pino({ level: config.logLevel }, pino.destination({ fd: 1, sync: true }));
  const services = await openServices(config, { clock: systemClock, log });
  defineResources(services);

  const listener = createListener({ tls: services.tls, log });
  const loggerInstance: FastifyBaseLogger = log;
  const app: FastifyInstance = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: randomGuid,
    serverFactory: (handler) => listener.serverFactory(handler),
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    forceCloseConnections: "idle",
  });
  await registerProtocols(app, services);
  await services.engine.start({ force: true });
  await wakeServing(services.engine);
  const { engine, owner } = services;
  const putCurated = async () =>
    ensureCurated(engine, owner.principal, await loadCuratedEnvironments(CURATED_ENVIRONMENTS));
  const isFirstStart = await ensureDefaults(engine, owner.principal, { slotCount: availableParallelism() });
  if (isFirstStart) await putCurated();
  await listen(app, { port: config.port, host: config.host });
  // A home that has them need not wait for files to be read that hold nothing new.
  if (!isFirstStart) {
    putCurated().catch((error: unknown) => log.error({ err: error }, "The curated environments could not be read."));
  }
  services.reuse.contents.prune().catch((error: unknown) => {
    log.error({ err: error }, "Digests of old content could not be removed; the next start tries again.");
  });
  const stopRenewing = renewTls({
    folder: join(config.home, "tls"),
    hosts: config.publicHosts,
    extraRootFiles: config.extraRootFiles,
    clock: systemClock,
    log,
    present: services.tls,
    use: (files) => listener.setCertificate(files),
  });
  return {
    authority: services.authority,
    bundlePath: services.tls.bundlePath,
    async close() {
      stopRenewing();
      const closing = app.close();
      await listener.endConnections(CLOSE_GRACE_MS);
      await closing;
      await services.close();
      lock.release();
    },
  };
}
