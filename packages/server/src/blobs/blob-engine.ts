import type { BlobAddress, BlobConditions, BlobProperties, BlobStore, PutBlobOptions } from "./blob-store.ts";
import type { Appended, AppendRequest } from "./append-block.ts";
import type { BlockChoice, BlockList, PutBlockRequest } from "./blocks.ts";
import type { ContainerPage, ContainerProperties, ListContainersQuery } from "./containers.ts";
import type { CopyRequest } from "./copy-blob.ts";
import type { OpenedBlob } from "./open-blob.ts";
import type { BlobContent } from "./write-content.ts";

export interface ContainerAddress {
  readonly account: string;
  readonly container: string;
}

/** The storage engine whole: what the platform uses, and what only the wire needs. Everything that resolved is on disk. */
export interface BlobEngine extends BlobStore {
  hasAccount(account: string): Promise<boolean>;

  /** Throws `AlreadyExists`. */
  createContainer(address: ContainerAddress, metadata: Readonly<Record<string, string>>): Promise<ContainerProperties>;
  getContainer(address: ContainerAddress): Promise<ContainerProperties>;
  setContainerMetadata(
    address: ContainerAddress,
    options: BlobConditions & { readonly metadata: Readonly<Record<string, string>> },
  ): Promise<ContainerProperties>;
  deleteContainer(address: ContainerAddress, conditions: BlobConditions): Promise<void>;
  listContainers(query: ListContainersQuery): Promise<ContainerPage>;

  /** Throws `NotFound` for a blob that does not exist. */
  get(address: BlobAddress): Promise<BlobProperties>;
  /** Properties and content of the same moment. `choose` sees the properties and picks the bytes, or `undefined` for none. */
  openBlob(
    address: BlobAddress,
    choose: (properties: BlobProperties) => { readonly start: number; readonly end: number } | undefined,
  ): Promise<OpenedBlob>;
  putContent(address: BlobAddress, content: BlobContent, options: PutBlobOptions): Promise<BlobProperties>;
  setMetadata(
    address: BlobAddress,
    options: BlobConditions & { readonly metadata: Readonly<Record<string, string>> },
  ): Promise<BlobProperties>;
  setHeaders(address: BlobAddress, options: PutBlobOptions): Promise<BlobProperties>;
  delete(address: BlobAddress, conditions: BlobConditions): Promise<boolean>;
  copy(target: BlobAddress, request: CopyRequest): Promise<BlobProperties>;

  putBlock(address: BlobAddress, request: PutBlockRequest): Promise<Buffer>;
  putBlockList(
    address: BlobAddress,
    request: { readonly blocks: readonly BlockChoice[]; readonly options: PutBlobOptions },
  ): Promise<BlobProperties>;
  getBlockList(address: BlobAddress): Promise<BlockList>;

  createAppendBlob(address: BlobAddress, options: PutBlobOptions): Promise<BlobProperties>;
  appendBlock(address: BlobAddress, request: AppendRequest): Promise<Appended>;

  /** Waits until the files of deleted content are removed. */
  idle(): Promise<void>;
  /** Ends background work; the database is closed too where this opened it. */
  close(): Promise<void>;
}
