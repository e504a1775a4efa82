import type { Readable } from "node:stream";

import type { BlobProtocolDependencies, StorageAccess } from "./blob-protocol-dependencies.ts";
import type { Grant } from "./grant.ts";
import type { StorageRequest } from "./storage-request.ts";

export interface StorageReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
}

export interface OperationContext extends BlobProtocolDependencies {
  readonly grant: Grant;
}

/** One operation of Azure's blob service: what it needs and what it does. */
export interface StorageOperation {
  readonly name: string;
  readonly access: StorageAccess["kind"];
  /** SAS letters, one of which is enough; an empty text: no service SAS gives this right. */
  readonly serviceSas: string;
  readonly accountSas: string;
  /** What an account SAS must cover, as in `srt`. */
  readonly resourceType: "s" | "c" | "o";
  run(request: StorageRequest, context: OperationContext): Promise<StorageReply>;
}
