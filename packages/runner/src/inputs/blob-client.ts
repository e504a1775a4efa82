import { createReadStream, createWriteStream, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { Agent, request } from "undici";

import { joinUrl } from "./blob-url.ts";
import { checkName } from "./place-files.ts";

const STORAGE_VERSION = "2021-12-02";
const PARALLEL_TRANSFERS = 8;
const LIST_PAGES_MAX = 10_000;
const TRIES_MAX = 5;
const FIRST_PAUSE_MS = 200;
const BUFFER_BYTES = 1024 * 1024;

export interface BlobClientOptions {
  /** Our own server, which takes the task's token; other hosts get what their URL carries (a SAS). */
  readonly serverUrl: string;
  readonly token: string;
  readonly ca: string | undefined;
}

interface Upload {
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Readable;
}

/** The few storage requests that a node needs. Every one is tried again when the network or the server fails. */
export class BlobClient {
  readonly #options: BlobClientOptions;
  readonly #dispatcher: Agent;

  constructor(options: BlobClientOptions) {
    this.#options = options;
    const tls = options.ca === undefined ? {} : { connect: { ca: options.ca } };
    this.#dispatcher = new Agent({ connections: PARALLEL_TRANSFERS, ...tls });
  }

  async downloadFile(url: string, path: string, signal: AbortSignal): Promise<void> {
    mkdirSync(dirname(path), { recursive: true });
    await this.#retry(signal, async () => {
      const { statusCode, body } = await this.#send(url, signal);
      if (statusCode !== 200) throw new TransferError(statusCode, url, await body.text());
      await pipeline(body, createWriteStream(path, { highWaterMark: BUFFER_BYTES }), { signal });
    });
  }

  /** Downloads all blobs under a folder's URL (ending in `/`, a SAS may follow); answers how many. */
  async downloadFolder(url: string, folder: string, signal: AbortSignal): Promise<number> {
    mkdirSync(folder, { recursive: true });
    const names = await this.#listNames(url, signal);
    await inParallel(names, (name) => {
      return this.downloadFile(joinUrl(url, name), join(folder, checkName(name)), signal);
    });
    return names.length;
  }

  async uploadFile(path: string, url: string, signal: AbortSignal): Promise<void> {
    await this.#retry(signal, async () => {
      const headers = { "x-ms-blob-type": "BlockBlob", "content-length": String(statSync(path).size) };
      const content = createReadStream(path, { highWaterMark: BUFFER_BYTES });
      const { statusCode, body } = await this.#send(url, signal, { headers, content });
      const text = await body.text();
      if (statusCode !== 201) throw new TransferError(statusCode, url, text);
    });
  }

  async uploadFiles(files: readonly { path: string; url: string }[], signal: AbortSignal): Promise<void> {
    await inParallel(files, ({ path, url }) => this.uploadFile(path, url, signal));
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /** Names below the folder, relative to it. */
  async #listNames(url: string, signal: AbortSignal): Promise<string[]> {
    const { container, prefix } = splitFolderUrl(url);
    const names: string[] = [];
    let marker = "";
    for (let page = 0; page < LIST_PAGES_MAX; page++) {
      const listing = new URL(container);
      listing.search = new URL(url).search;
      for (const [key, value] of Object.entries({ restype: "container", comp: "list", prefix, marker })) {
        if (value !== "") listing.searchParams.set(key, value);
      }
      const text = await this.#retry(signal, async () => {
        const { statusCode, body } = await this.#send(listing.href, signal);
        const answer = await body.text();
        if (statusCode !== 200) throw new TransferError(statusCode, url, answer);
        return answer;
      });
      names.push(...[...text.matchAll(/<Blob><Name>([^<]*)<\/Name>/g)].map((match) => decodeXml(match[1] ?? "")));
      marker = decodeXml(/<NextMarker>([^<]+)<\/NextMarker>/.exec(text)?.[1] ?? "");
      if (marker === "") break;
    }
    return names.map((name) => name.slice(prefix.length)).filter((name) => name !== "" && !name.endsWith("/"));
  }

  async #send(url: string, signal: AbortSignal, upload?: Upload): Promise<Awaited<ReturnType<typeof request>>> {
    const isOurs = new URL(url).host === new URL(this.#options.serverUrl).host && !url.includes("sig=");
    const authorization = isOurs ? { authorization: `Bearer ${this.#options.token}` } : {};
    return request(url, {
      method: upload === undefined ? "GET" : "PUT",
      dispatcher: this.#dispatcher,
      headers: { "x-ms-version": STORAGE_VERSION, ...authorization, ...upload?.headers },
      signal,
      ...(upload === undefined ? {} : { body: upload.content }),
    });
  }

  async #retry<Value>(signal: AbortSignal, transfer: () => Promise<Value>): Promise<Value> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await transfer();
      } catch (error) {
        signal.throwIfAborted();
        const isFinal = error instanceof TransferError && error.status < 500 && error.status !== 429;
        if (isFinal || attempt === TRIES_MAX) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** attempt));
    }
  }
}

export class TransferError extends Error {
  readonly status: number;
  constructor(status: number, url: string, answer: string) {
    const { origin, pathname } = new URL(url);
    super(`'${origin}${pathname}' answered ${status}: ${answer.slice(0, 300)}`);
    this.name = "TransferError";
    this.status = status;
  }
}

/** `https://host[/account]/container/prefix/` into the container's URL and the prefix. */
function splitFolderUrl(url: string): { container: string; prefix: string } {
  const { origin, pathname } = new URL(url);
  const segments = pathname.slice(1).split("/");
  // Our own accounts are the first segment of the path; elsewhere the host names the account.
  const containerAt = /\.(blob|dfs|file)\./.test(segments[0] ?? "") ? 2 : 1;
  return {
    container: `${origin}/${segments.slice(0, containerAt).join("/")}`,
    prefix: segments.slice(containerAt).map(decodeURIComponent).join("/"),
  };
}

function decodeXml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

async function inParallel<Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  async function runNext(): Promise<void> {
    for (const item of waiting) await run(item);
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL_TRANSFERS, items.length) }, runNext));
}
