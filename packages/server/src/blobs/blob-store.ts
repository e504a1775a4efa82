import type { Readable } from "node:stream";

export type BlobKind = "BlockBlob" | "AppendBlob";

export interface BlobProperties {
  readonly container: string;
  readonly name: string;
  readonly kind: BlobKind;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly contentType: string;
  readonly contentMd5: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly contentLanguage: string | undefined;
  readonly contentDisposition: string | undefined;
  readonly cacheControl: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** Committed blocks; 0 for a blob that was put whole. */
  readonly blockCount: number;
}

export interface BlobAddress {
  /** Storage account, as `lazuli3f2a…`. */
  readonly account: string;
  readonly container: string;
  readonly name: string;
}

/** Conditions on the blob as it is now; unmet ones throw `PreconditionFailed` (or `AlreadyExists` for `ifNoneMatch: "*"`). */
export interface BlobConditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: number;
  readonly ifUnmodifiedSince?: number;
}

export interface PutBlobOptions extends BlobConditions {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly contentDisposition?: string;
  readonly cacheControl?: string;
  /** Base64; checked against what arrives: `BadRequest` with `Md5Mismatch`. */
  readonly contentMd5?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface ListBlobsQuery {
  readonly account: string;
  readonly container: string;
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly limit?: number;
  readonly after?: string;
}

export interface BlobPage {
  readonly blobs: readonly BlobProperties[];
  /** Common prefixes up to the delimiter. */
  readonly prefixes: readonly string[];
  readonly next: string | undefined;
}

/**
 * The part of the storage engine that the rest of the platform uses; the wire's operations live beside it.
 * A write that resolved is on disk. Containers and accounts must exist: `NotFound` otherwise.
 */
export interface BlobStore {
  ensureAccount(account: string): Promise<void>;
  /** Removes an account with all its containers and content; one that is gone is no error. */
  removeAccount(account: string): Promise<void>;
  ensureContainer(account: string, container: string): Promise<void>;
  find(address: BlobAddress): Promise<BlobProperties | undefined>;
  list(query: ListBlobsQuery): Promise<BlobPage>;
  /** Streams the bytes `[start, end)`, or all. Throws `NotFound`. */
  read(address: BlobAddress, range?: { start: number; end?: number }): Promise<Readable>;
  /** Writes content whole: temporary file, fsync, rename. */
  put(address: BlobAddress, content: Readable | Uint8Array | string, options?: PutBlobOptions): Promise<BlobProperties>;
  /** Takes a file of this machine in by hard link (copy across disks), for outputs of local tasks. */
  adopt(address: BlobAddress, path: string, options?: PutBlobOptions): Promise<BlobProperties>;
  remove(address: BlobAddress): Promise<boolean>;
  /** Path of the immutable content file, for hard links by tasks on this machine; never hand it to a remote caller. */
  localPath(address: BlobAddress): Promise<string | undefined>;
  /** Shared key of an account, base64: signs SAS. Kept encrypted at rest. */
  accountKey(account: string): Promise<string>;
  /** Query string (without `?`) of a service SAS for a container or, with `name`, one blob. */
  signSas(target: SasTarget): Promise<string>;
}

export interface SasTarget {
  readonly account: string;
  readonly container: string;
  readonly name?: string;
  /** In Azure's letters and order: `racwdl`. */
  readonly permissions: string;
  readonly startsAt?: number;
  readonly expiresAt: number;
}
