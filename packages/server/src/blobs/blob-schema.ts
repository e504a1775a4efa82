import type { Migration } from "../database/database.ts";
import type { BlobKind } from "./blob-store.ts";

export interface StorageAccountRow {
  readonly name: string;
  /** Shared key, sealed. */
  readonly sealed_key: string;
  readonly created_at: number;
}

export interface ContainerRow {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly etag: string;
  readonly created_at: number;
  readonly modified_at: number;
  readonly metadata: string;
  /** Set when the container was deleted and its blobs are still being cleared away. */
  readonly deleted_at: number | null;
}

export interface BlobRow {
  readonly container_id: string;
  readonly name: string;
  readonly kind: BlobKind;
  readonly size_bytes: number;
  readonly etag: string;
  readonly created_at: number;
  readonly modified_at: number;
  readonly content_type: string;
  readonly content_md5: string | null;
  readonly content_encoding: string | null;
  readonly content_language: string | null;
  readonly content_disposition: string | null;
  readonly cache_control: string | null;
  readonly metadata: string;
  /** The file that holds the whole content; `null` when the content is empty or is made of committed blocks. */
  readonly object_id: string | null;
  readonly block_count: number;
}

export interface BlockRow {
  /** A row is written once and never changed: whoever used it can insist that it is still there. */
  readonly id: string;
  readonly container_id: string;
  readonly name: string;
  readonly state: "committed" | "uncommitted";
  /** Place in the blob, or time of arrival while uncommitted. */
  readonly position: number;
  /** As the client wrote it, base64. */
  readonly block_id: string;
  readonly object_id: string;
  readonly offset_bytes: number;
  readonly size_bytes: number;
  readonly created_at: number;
}

/** Content files that no row needs any more, written in the commit that let go of them. */
export interface GarbageRow {
  readonly object_id: string;
}

export interface BlobSchema {
  storage_accounts: StorageAccountRow;
  containers: ContainerRow;
  blobs: BlobRow;
  blocks: BlockRow;
  garbage: GarbageRow;
}

/** Every content file belongs to one blob: a copy links the file under a new id instead of counting references. */
export const blobMigrations: readonly Migration[] = [
  {
    name: "accounts, containers, blobs and blocks",
    statements: ({ orderedText }) => [
      `CREATE TABLE storage_accounts (name ${orderedText} PRIMARY KEY, sealed_key TEXT NOT NULL, created_at BIGINT NOT NULL)`,
      `CREATE TABLE containers (id TEXT PRIMARY KEY, account TEXT NOT NULL,
        name ${orderedText} NOT NULL, etag TEXT NOT NULL, created_at BIGINT NOT NULL, modified_at BIGINT NOT NULL,
        metadata TEXT NOT NULL, deleted_at BIGINT)`,
      "CREATE UNIQUE INDEX containers_by_name ON containers (account, name) WHERE deleted_at IS NULL",
      `CREATE TABLE blobs (container_id TEXT NOT NULL REFERENCES containers (id), name ${orderedText} NOT NULL,
        kind TEXT NOT NULL, size_bytes BIGINT NOT NULL, etag TEXT NOT NULL, created_at BIGINT NOT NULL,
        modified_at BIGINT NOT NULL, content_type TEXT NOT NULL, content_md5 TEXT, content_encoding TEXT,
        content_language TEXT, content_disposition TEXT, cache_control TEXT, metadata TEXT NOT NULL, object_id TEXT,
        block_count BIGINT NOT NULL, PRIMARY KEY (container_id, name))`,
      "CREATE UNIQUE INDEX blobs_by_object ON blobs (object_id) WHERE object_id IS NOT NULL",
      `CREATE TABLE blocks (id TEXT PRIMARY KEY, container_id TEXT NOT NULL REFERENCES containers (id),
        name ${orderedText} NOT NULL, state TEXT NOT NULL, position BIGINT NOT NULL, block_id TEXT NOT NULL,
        object_id TEXT NOT NULL, offset_bytes BIGINT NOT NULL, size_bytes BIGINT NOT NULL, created_at BIGINT NOT NULL)`,
      "CREATE INDEX blocks_in_order ON blocks (container_id, name, state, position)",
      "CREATE UNIQUE INDEX blocks_uncommitted ON blocks (container_id, name, block_id) WHERE state = 'uncommitted'",
      "CREATE INDEX blocks_by_object ON blocks (object_id)",
      "CREATE TABLE garbage (object_id TEXT PRIMARY KEY)",
    ],
  },
];
