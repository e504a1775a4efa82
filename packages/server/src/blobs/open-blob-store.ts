import { Readable } from "node:stream";

import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Database } from "../database/database.ts";
import { openSqliteDatabase } from "../database/sqlite-database.ts";
import { Accounts, type KeyBox } from "./accounts.ts";
import { appendBlock } from "./append-block.ts";
import type { BlobContext } from "./blob-context.ts";
import type { BlobEngine } from "./blob-engine.ts";
import { blobNotFound, findBlobRow, getContainer, toBlobProperties } from "./blob-rows.ts";
import { prepareBlobQueries } from "./blob-queries.ts";
import { blobMigrations, type BlobSchema } from "./blob-schema.ts";
import type { BlobAddress, BlobProperties, SasTarget } from "./blob-store.ts";
import { getBlockList, putBlock, putBlockList } from "./blocks.ts";
import * as containers from "./containers.ts";
import { copyBlob } from "./copy-blob.ts";
import { GarbageSweeper } from "./garbage-sweeper.ts";
import { listBlobs } from "./list-blobs.ts";
import { findLocalFile } from "./local-file.ts";
import { ObjectFiles } from "./object-files.ts";
import { openBlob } from "./open-blob.ts";
import { adoptFile, createAppendBlob, putBlob } from "./put-blob.ts";
import { recover } from "./recover.ts";
import { deleteBlob, setHeaders, setMetadata } from "./set-blob.ts";
import { renderServiceSas } from "./storage-sas.ts";

export interface BlobStoreOptions {
  /** A path is opened here and closed with the store; an open database (with `blobMigrations`) stays its owner's. */
  readonly database: Database<BlobSchema> | string;
  /** Folder of the content files alone, `<home>/objects`. */
  readonly folder: string;
  readonly secretBox: KeyBox;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the storage engine after putting right what a crash left. One process at a time may have a folder open. */
export async function openBlobStore(options: BlobStoreOptions): Promise<BlobEngine> {
  const { clock, log } = options;
  const isOwner = typeof options.database === "string";
  const database = isOwner ? await openSqliteDatabase<BlobSchema>(options.database, blobMigrations) : options.database;
  const objects = new ObjectFiles(options.folder);
  await objects.prepare();
  const sweeper = new GarbageSweeper({ database, objects, log });
  const context: BlobContext = { database, queries: prepareBlobQueries(database), objects, sweeper, clock, log };
  const recovered = await recover(context);
  if (recovered.discardedCount > 0) log.info(recovered, "Files of unfinished uploads were removed.");
  const engine = createEngine(context, new Accounts(context, options.secretBox));
  if (!isOwner) return engine;
  return { ...engine, close: () => engine.close().then(() => database.close()) };
}

function createEngine(context: BlobContext, accounts: Accounts): BlobEngine {
  return {
    ...accountOperations(context, accounts),
    ...containerOperations(context),
    ...blobOperations(context),
    putBlock: (address, request) => putBlock(context, address, request),
    putBlockList: (address, request) => putBlockList(context, address, request),
    getBlockList: (address) => getBlockList(context, address),
    createAppendBlob: (address, request) => createAppendBlob(context, address, request),
    appendBlock: (address, request) => appendBlock(context, address, request),
    idle: async () => {
      await context.sweeper.idle();
      await context.objects.idle();
    },
    close: async () => {
      await context.sweeper.close();
      await context.objects.close();
    },
  };
}

function accountOperations(context: BlobContext, accounts: Accounts) {
  return {
    ensureAccount: (account: string) => accounts.ensure(account),
    hasAccount: (account: string) => accounts.exists(account),
    accountKey: (account: string) => accounts.key(account),
    signSas: async (target: SasTarget) => renderServiceSas(target, await accounts.key(target.account)),
    removeAccount: async (account: string) => {
      await accounts.remove(account);
      await containers.deleteContainers(context, account);
    },
    ensureContainer: async (account: string, container: string) => {
      await accounts.key(account);
      await containers.ensureContainer(context, account, container);
    },
  };
}

function containerOperations(
  context: BlobContext,
): Pick<
  BlobEngine,
  "createContainer" | "getContainer" | "setContainerMetadata" | "deleteContainer" | "listContainers"
> {
  return {
    createContainer: ({ account, container }, metadata) =>
      containers.createContainer(context, { account, name: container, metadata }),
    getContainer: ({ account, container }) => containers.getContainerProperties(context, account, container),
    setContainerMetadata: ({ account, container }, options) =>
      containers.setContainerMetadata(context, { account, name: container, metadata: options.metadata }, options),
    deleteContainer: ({ account, container }, conditions) =>
      containers.deleteContainer(context, { account, name: container }, conditions),
    listContainers: (query) => containers.listContainers(context, query),
  };
}

type BlobOperations = Pick<
  BlobEngine,
  "find" | "get" | "list" | "read" | "openBlob" | "put" | "putContent" | "adopt" | "remove" | "delete" | "localPath"
> &
  Pick<BlobEngine, "setMetadata" | "setHeaders" | "copy">;

function blobOperations(context: BlobContext): BlobOperations {
  return {
    find: (address) => find(context, address),
    get: async (address) => {
      const properties = await find(context, address);
      if (properties === undefined) throw blobNotFound(address);
      return properties;
    },
    list: (query) => listBlobs(context, query),
    read: async (address, range) => {
      const whole = { start: range?.start ?? 0, end: range?.end ?? Number.MAX_SAFE_INTEGER };
      const { content } = await openBlob(context, address, (blob) => ({
        start: Math.min(whole.start, blob.sizeBytes),
        end: Math.min(whole.end, blob.sizeBytes),
      }));
      if (content instanceof Readable) return content;
      return Readable.from(content === undefined || content.length === 0 ? [] : [content], { objectMode: false });
    },
    openBlob: (address, choose) => openBlob(context, address, choose),
    put: (address, content, options) => putBlob(context, address, { content, options: options ?? {} }),
    putContent: (address, content, options) => putBlob(context, address, { content, options }),
    adopt: (address, path, options) => adoptFile(context, address, { path, options: options ?? {} }),
    remove: (address) => deleteBlob(context, address, {}),
    delete: (address, conditions) => deleteBlob(context, address, conditions),
    localPath: (address) => findLocalFile(context, address),
    setMetadata: (address, options) => setMetadata(context, address, options),
    setHeaders: (address, options) => setHeaders(context, address, options),
    copy: (target, request) => copyBlob(context, target, request),
  };
}

async function find(context: BlobContext, address: BlobAddress): Promise<BlobProperties | undefined> {
  const container = await getContainer(context, address.account, address.container);
  const row = await findBlobRow(context, container.id, address.name);
  return row === undefined ? undefined : toBlobProperties(row, address.container);
}
