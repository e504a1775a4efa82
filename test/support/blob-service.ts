import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { renderAccountUrl } from "@lazuli/contract/shared/storage-address.ts";
import Fastify from "fastify";

import { systemClock } from "../../packages/server/src/base/clock.ts";
import { silentLog, type Log } from "../../packages/server/src/base/log.ts";
import type { BlobEngine } from "../../packages/server/src/blobs/blob-engine.ts";
import { openBlobStore } from "../../packages/server/src/blobs/open-blob-store.ts";
import { systemPrincipal } from "../../packages/server/src/engine/access/principal.ts";
import type { Tokens } from "../../packages/server/src/engine/access/tokens.ts";
import { openSecretBox } from "../../packages/server/src/engine/secrets/secret-box.ts";
import { blobProtocol } from "../../packages/server/src/protocols/blob/blob-protocol.ts";

export const TEST_ACCOUNT = "lztest";
export const TEST_TOKEN = "test-token";

export interface BlobService {
  readonly store: BlobEngine;
  readonly home: string;
  /** `http://127.0.0.1:<port>/lztest.blob.core.lazuli`. */
  readonly url: string;
  readonly authority: string;
  readonly accountKey: string;
  readonly connectionString: string;
  readonly errors: readonly object[];
  /** Names of all content files, finished or not. */
  listFiles(): Promise<string[]>;
  close(): Promise<void>;
}

/** The blob protocol over a store in a folder of its own, on plain http: what official clients talk to in tests. */
export async function startBlobService(
  options: { readonly home?: string; readonly bodySilenceMsMax?: number } = {},
): Promise<BlobService> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), "lazuli-blob-service-")));
  const folder = join(home, "objects");
  const errors: object[] = [];
  const log: Log = { ...silentLog, error: (fields) => void errors.push(fields) };
  const store = await openBlobStore({
    database: join(home, "blobs.db"),
    folder,
    secretBox: await openSecretBox(join(home, "keys")),
    clock: systemClock,
    log,
  });
  await store.ensureAccount(TEST_ACCOUNT);

  const app = Fastify({ routerOptions: { maxParamLength: 4_096 }, forceCloseConnections: true });
  const tokens: Pick<Tokens, "verify"> = { verify: async (token) => verify(token) };
  const authorize = async () => undefined;
  await app.register(blobProtocol({ blobs: store, tokens, clock: systemClock, log, authorize, ...options }));
  const authority = new URL(await app.listen({ host: "127.0.0.1", port: 0 })).host;
  const url = renderAccountUrl(authority, TEST_ACCOUNT, "blob").replace("https:", "http:");
  const accountKey = await store.accountKey(TEST_ACCOUNT);
  return {
    store,
    home,
    url,
    authority,
    accountKey,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${TEST_ACCOUNT};AccountKey=${accountKey};BlobEndpoint=${url};`,
    errors,
    listFiles: () => listFiles(folder),
    async close() {
      await app.close();
      await store.close();
      if (options.home === undefined) await rm(home, { recursive: true });
    },
  };
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

function verify(token: string | undefined) {
  if (token === TEST_TOKEN) return systemPrincipal;
  throw new PlatformError("Unauthenticated", "The token is not the one of the test.");
}
