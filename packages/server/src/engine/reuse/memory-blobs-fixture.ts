import { Readable } from "node:stream";

import type { BlobPlace, ContentBlobs } from "./content-blobs.ts";

interface Entry {
  readonly etag: string;
  readonly text: string;
}

/** Blobs of one container in memory, with an ETag for each write: what the reuse of steps sees of the blob store. */
export class MemoryBlobs implements ContentBlobs {
  readonly #entries = new Map<string, Entry>();
  #writeCount = 0;
  readCount = 0;

  write(name: string, text: string): void {
    this.#writeCount += 1;
    this.#entries.set(name, { etag: `"${this.#writeCount}"`, text });
  }

  async find({ name }: BlobPlace) {
    const entry = this.#entries.get(name);
    return entry === undefined ? undefined : { etag: entry.etag, sizeBytes: entry.text.length, metadata: {} };
  }

  async list({ prefix }: { prefix: string }) {
    const names = [...this.#entries.keys()].filter((name) => name.startsWith(prefix)).sort();
    const blobs = names.map((name) => {
      const { etag, text } = this.#entries.get(name) ?? { etag: "", text: "" };
      return { name, etag, sizeBytes: text.length, metadata: {} };
    });
    return { blobs, next: undefined };
  }

  async read({ name }: BlobPlace): Promise<Readable> {
    this.readCount += 1;
    return Readable.from([Buffer.from(this.#entries.get(name)?.text ?? "")]);
  }

  async localPath(): Promise<undefined> {
    return undefined;
  }
}
