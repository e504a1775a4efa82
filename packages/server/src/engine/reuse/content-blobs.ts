import type { Readable } from "node:stream";

/** What telling content apart asks of the blob store, told here because the engine lies below it. */
export interface ContentBlobs {
  find(address: BlobPlace): Promise<BlobFact | undefined>;
  list(query: {
    readonly account: string;
    readonly container: string;
    readonly prefix: string;
    readonly limit: number;
    readonly after?: string;
  }): Promise<{ readonly blobs: readonly (BlobFact & { readonly name: string })[]; readonly next: string | undefined }>;
  read(address: BlobPlace): Promise<Readable>;
  localPath(address: BlobPlace): Promise<string | undefined>;
}

export interface BlobPlace {
  readonly account: string;
  readonly container: string;
  readonly name: string;
}

interface BlobFact {
  readonly etag: string;
  readonly sizeBytes: number;
  readonly metadata: Readonly<Record<string, string>>;
}
