import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Fastify from "fastify";

import { createListener } from "../../packages/server/src/app/listener/listener.ts";
import { listen } from "../../packages/server/src/app/listener/listen.ts";
import { openTls, type TlsFiles } from "../../packages/server/src/app/tls/tls-files.ts";
import { systemClock, type Clock } from "../../packages/server/src/base/clock.ts";
import { silentLog } from "../../packages/server/src/base/log.ts";
import { openSqliteDatabase } from "../../packages/server/src/database/sqlite-database.ts";
import { accessMigrations, type AccessSchema } from "../../packages/server/src/engine/access/access-schema.ts";
import { openAccess, type Access } from "../../packages/server/src/engine/access/access.ts";
import { createAuthenticate } from "../../packages/server/src/engine/access/authenticate.ts";
import { openJwtTokens, type JwtTokens } from "../../packages/server/src/engine/access/jwt-tokens.ts";
import { ensureOwner, type Owner } from "../../packages/server/src/engine/access/owner.ts";
import { Sessions } from "../../packages/server/src/engine/access/sessions.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import { tokenProtocol } from "../../packages/server/src/protocols/token/token-protocol.ts";
import { freePort } from "./free-port.ts";

export interface IdentityServer {
  readonly url: string;
  readonly loopbackUrl: string;
  readonly tls: TlsFiles;
  readonly owner: Owner;
  readonly tokens: JwtTokens;
  readonly access: Access;
  close(): Promise<void>;
}

/**
 * Identity alone behind the real listener, with one door for each audience (`/doors/management`, …) that answers who
 * knocked: what identity promises is tested without the rest of the platform.
 */
export async function startIdentityServer(options: { clock?: Clock } = {}): Promise<IdentityServer> {
  const clock = options.clock ?? systemClock;
  const folder = await mkdtemp(join(tmpdir(), "lazuli-identity-"));
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const tls = await openTls({ folder: join(folder, "tls"), hosts: [], clock: systemClock });
  const database = await openSqliteDatabase<AccessSchema>(join(folder, "control.db"), accessMigrations);
  const owner = await ensureOwner(join(folder, "keys"));
  const tokens = await openJwtTokens({ folder: join(folder, "keys"), clock, hostNames: [] });
  const access = await openAccess({ database, clock, newId: () => crypto.randomUUID() }, owner.principal);
  const sessions = new Sessions({ database, access, clock });
  const authenticate = createAuthenticate(tokens, sessions);

  const listener = createListener({ tls, log: silentLog });
  const app = Fastify({ serverFactory: (handler) => listener.serverFactory(handler) });
  const findRegistry = async (name: string) =>
    name === "azureml" ? { subscription: "s", resourceGroup: "azureml-registry", location: "local" } : undefined;
  await app.register(
    tokenProtocol({ baseUrl: url, owner, tokens, sessions, access, findRegistry, clock, log: silentLog }),
  );
  for (const audience of ["management", "storage", "machineLearning", "studio"] as const) {
    app.get(`/doors/${audience}`, async (request, reply) => {
      try {
        return await authenticate(request.headers, [audience]);
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error;
        return reply.code(error.code === "Unauthenticated" ? 401 : 500).send({ message: error.message });
      }
    });
  }
  await listen(app, { port, host: "127.0.0.1" });
  return {
    url,
    loopbackUrl: url.replace("https:", "http:"),
    tls,
    owner,
    tokens,
    access,
    async close() {
      await listener.endConnections(0);
      await app.close();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}
