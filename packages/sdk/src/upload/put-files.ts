import { PlatformError } from "@lazuli/contract/errors.ts";
import { open, readFile } from "node:fs/promises";

import type { Fetch } from "../transport.ts";
import type { LocalFile } from "./local-content.ts";

/** A container that may be written: its URL without a query, and what signs a request. */
export interface WritableContainer {
  readonly url: string;
  readonly sas: string;
}

/** Told after every piece that arrived. */
export type UploadProgress = (doneBytes: number, totalBytes: number) => void;

const CONCURRENT_FILES = 16;
const BLOCK_BYTES = 8 * 1024 * 1024;
const SINGLE_PUT_BYTES_MAX = 16 * 1024 * 1024;
const TRIES_MAX = 4;
const RETRY_DELAY_MS = 300;
const STORAGE_VERSION = "2023-11-03";

/** Splits a SAS URL, as `startPendingUpload` gives it, into container and signature. */
export function parseContainerUrl(sasUri: string): WritableContainer {
  const url = new URL(sasUri);
  return { url: `${url.origin}${url.pathname.replace(/\/$/, "")}`, sas: url.search.replace(/^\?/, "") };
}

/** Blob storage of the platform or of Azure, as far as uploads need it. */
export class BlobUploader {
  readonly #fetch: Fetch;
  readonly #container: WritableContainer;

  constructor(fetch: Fetch, container: WritableContainer) {
    this.#fetch = fetch;
    this.#container = container;
  }

  /** Writes all files below `prefix`, several at a time. */
  async putFiles(files: readonly LocalFile[], prefix: string, onProgress?: UploadProgress): Promise<void> {
    const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    let doneBytes = 0;
    const waiting = [...files];
    const work = async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        await this.#putFile(file, `${prefix}${file.path}`, (sizeBytes) => {
          doneBytes += sizeBytes;
          onProgress?.(doneBytes, totalBytes);
        });
      }
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENT_FILES, files.length) }, work));
  }

  /** Metadata of a blob; `undefined` when it is not there. */
  async findMetadata(path: string): Promise<ReadonlyMap<string, string> | undefined> {
    const response = await this.#send("HEAD", path, {});
    if (response.status === 404) return undefined;
    const found = [...response.headers].filter(([name]) => name.startsWith("x-ms-meta-"));
    return new Map(found.map(([name, value]) => [name.slice("x-ms-meta-".length), value]));
  }

  async setMetadata(path: string, metadata: Readonly<Record<string, string>>): Promise<void> {
    const headers = Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-ms-meta-${name}`, value]));
    await this.#send("PUT", path, { query: "comp=metadata", headers });
  }

  async #putFile(file: LocalFile, path: string, onPiece: (sizeBytes: number) => void): Promise<void> {
    if (file.sizeBytes <= SINGLE_PUT_BYTES_MAX) {
      const body = await readFile(file.absolutePath);
      await this.#send("PUT", path, { body, headers: { "x-ms-blob-type": "BlockBlob" } });
      onPiece(body.byteLength);
      return;
    }
    const handle = await open(file.absolutePath);
    try {
      const ids: string[] = [];
      for (let offset = 0; offset < file.sizeBytes; offset += BLOCK_BYTES) {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(BLOCK_BYTES, file.sizeBytes - offset)), {
          position: offset,
        });
        const id = Buffer.from(String(ids.length).padStart(8, "0")).toString("base64");
        const query = `comp=block&blockid=${encodeURIComponent(id)}`;
        await this.#send("PUT", path, { query, body: buffer.subarray(0, bytesRead) });
        ids.push(id);
        onPiece(bytesRead);
      }
      const list = ids.map((id) => `<Latest>${id}</Latest>`).join("");
      const body = `<?xml version="1.0" encoding="utf-8"?><BlockList>${list}</BlockList>`;
      await this.#send("PUT", path, { query: "comp=blocklist", body });
    } finally {
      await handle.close();
    }
  }

  async #send(
    method: string,
    path: string,
    request: { query?: string; body?: Uint8Array<ArrayBuffer> | string; headers?: Record<string, string> },
  ): Promise<Response> {
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    const query = [request.query, this.#container.sas].filter((part) => part !== undefined && part !== "").join("&");
    const init: RequestInit = { method, headers: { "x-ms-version": STORAGE_VERSION, ...request.headers } };
    if (request.body !== undefined) init.body = request.body;
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.#fetch(`${this.#container.url}/${encoded}?${query}`, init);
      if (response.ok || (method === "HEAD" && response.status === 404)) {
        await response.body?.cancel();
        return response;
      }
      const text = await response.text();
      if (response.status < 500 || attempt === TRIES_MAX) throw storageError(path, response, text);
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS * attempt));
    }
  }
}

function storageError(path: string, response: Response, text: string): PlatformError {
  const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? response.statusText;
  const azureCode = response.headers.get("x-ms-error-code") ?? "StorageError";
  const reason = `The storage refused '${path}' (${response.status} ${azureCode}): ${message.split("\n")[0]}`;
  return new PlatformError(response.status === 507 ? "StorageFull" : "Unavailable", reason, { azureCode });
}
