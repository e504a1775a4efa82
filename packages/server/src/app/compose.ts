import { join } from "node:path";

import { codeTypes } from "@lazuli/contract/resources/code.ts";
import { componentTypes } from "@lazuli/contract/resources/component.ts";
import { dataTypes } from "@lazuli/contract/resources/data.ts";
import { modelTypes } from "@lazuli/contract/resources/model.ts";
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { pino } from "pino";

import { systemClock } from "../base/clock.ts";
import { randomGuid, randomId } from "../base/ids.ts";
import { openAccess, type Access } from "../engine/access/access.ts";
import { openJwtTokens } from "../engine/access/jwt-tokens.ts";
import { ensureOwner, type Owner } from "../engine/access/owner.ts";
import { Sessions } from "../engine/access/sessions.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import { openTasks } from "../engine/tasks/open-tasks.ts";
import { armProtocol } from "../protocols/arm/arm-protocol.ts";
import { assetVersionResource } from "../resources/asset/asset.ts";
import { datastoreResource } from "../resources/datastore/datastore.ts";
import { registryResource } from "../resources/registry/registry.ts";
import { workspaceResource } from "../resources/workspace/workspace.ts";
import type { Config } from "./config.ts";
import { ensureDefaults } from "./first-start.ts";
import { lockHome } from "./home/home-lock.ts";
import { createListener } from "./listener/listener.ts";
import { listen } from "./listener/listen.ts";
import { openStores, type Stores } from "./open-stores.ts";
import { openTls } from "./tls/tls-files.ts";

/** Longest id or path part that a route takes; blob names are longest. */
const PARAM_LENGTH_MAX = 4_096;
const CLOSE_GRACE_MS = 5_000;

export interface Server {
  readonly owner: Owner;
  readonly authority: string;
  readonly bundlePath: string;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** Everything constructed, top to bottom: stores, services, behaviour, protocols; then listening. */
export async function startServer(config: Config): Promise<Server> {
  const lock = await lockHome(config.home);
  const log = pino({ level: config.logLevel }, pino.destination({ fd: 1, sync: true }));
  const clock = systemClock;
  const hosts = [...config.publicHosts];
  const tls = await openTls({ folder: join(config.home, "tls"), hosts, clock, extraRootFiles: config.extraRootFiles });
  const stores = await openStores(config.home, { clock, log });
  const owner = await ensureOwner(join(config.home, "keys"));
  const access = await openAccess({ database: stores.control, clock, newId: randomId }, owner.principal);
  const tokens = await openJwtTokens({ folder: join(config.home, "keys"), clock, hostNames: hosts });
  const authority = `${hosts[0] ?? "127.0.0.1"}:${config.port}`;
  const engine = createEngine({ database: stores.control, clock, log });
  const tasks = openTasks({
    database: stores.taskTables,
    logs: stores.liveLogs,
    clock,
    onChange: (ownerId) => engine.resources.wake(ownerId),
  });
  defineResources(engine, { stores, authority });

  const listener = createListener({ tls, log });
  const loggerInstance: FastifyBaseLogger = log;
  const app: FastifyInstance = Fastify({
    loggerInstance,
    disableRequestLogging: true,
    genReqId: randomGuid,
    serverFactory: (handler) => listener.serverFactory(handler),
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    forceCloseConnections: "idle",
  });
  await registerProtocols(app, { engine, access, tokens, authority });
  await engine.start({ force: true });
  await ensureDefaults(engine, owner.principal, { slotCount: 2, curated: new Map() });
  await listen(app, { port: config.port, host: config.host });
  void tasks;
  void Sessions;

  return {
    owner,
    authority,
    bundlePath: tls.bundlePath,
    engine,
    async close() {
      const closing = app.close();
      await listener.endConnections(CLOSE_GRACE_MS);
      await closing;
      await engine.stop();
      await stores.close();
      lock.release();
    },
  };
}

function defineResources(engine: Engine, parts: { stores: Stores; authority: string }): void {
  const { blobs, secretBox } = parts.stores;
  const shared = { blobs, authority: parts.authority, newGuid: randomGuid, now: () => systemClock.now() };
  engine.define(workspaceResource(shared));
  engine.define(registryResource(shared));
  engine.define(datastoreResource({ ...shared, secretBox }));
  const versions = [codeTypes, dataTypes, modelTypes, componentTypes].flat().filter(({ shape }) => shape === "version");
  for (const type of versions) engine.define(assetVersionResource(type, shared));
}

async function registerProtocols(
  app: FastifyInstance,
  parts: { engine: Engine; access: Access; tokens: Parameters<typeof armProtocol>[0]["tokens"]; authority: string },
): Promise<void> {
  const baseUrl = `https://${parts.authority}`;
  await app.register(armProtocol({ ...parts, baseUrl, locationFacts: new Map() }));
}
