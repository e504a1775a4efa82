import { PlatformError } from "@lazuli/contract/errors.ts";
import { STORAGE_SUFFIX } from "@lazuli/contract/shared/storage-address.ts";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";

import { workspaceId, type Client, type WorkspaceScope } from "../client.ts";
import type { Fetch } from "../transport.ts";

export interface DownloadOptions {
  readonly client: Client;
  readonly scope: WorkspaceScope;
  readonly fetch: Fetch;
  readonly datastore: string;
  /** A blob, or the beginning of the names of several. */
  readonly prefix: string;
  /** Where they go, named as they are below the prefix. */
  readonly folder: string;
  /** Told how many files have arrived. */
  readonly onFile?: (fileCount: number) => void;
}

const CONCURRENT_FILES = 8;
const PAGES_MAX = 10_000;
const STORAGE_VERSION = "2023-11-03";

const datastoreSchema = z.looseObject({
  accountName: z.string(),
  containerName: z.string(),
  endpoint: z.string().nullish(),
});
const sasSchema = z.looseObject({ sasToken: z.string() });

/** Downloads a blob or all blobs below a prefix of a datastore; returns how many files there were. */
export async function downloadPrefix(options: DownloadOptions): Promise<number> {
  const container = await openContainer(options);
  const isFolder = options.prefix === "" || options.prefix.endsWith("/");
  const below = isFolder ? options.prefix : `${options.prefix}/`;
  const names: string[] = [];
  for await (const name of container.list(options.prefix)) {
    if (name === options.prefix || name.startsWith(below)) names.push(name);
  }
  const waiting = [...names];
  let fileCount = 0;
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const relative = name === options.prefix ? (name.split("/").at(-1) ?? name) : name.slice(below.length);
      await container.download(name, safePath(options.folder, relative));
      fileCount += 1;
      options.onFile?.(fileCount);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_FILES, names.length) }, work));
  return fileCount;
}

/** A blob may be named `../../.bashrc`; such a name never leaves the folder. */
function safePath(folder: string, relative: string): string {
  const root = resolve(folder);
  const path = resolve(root, relative);
  if (path !== root && path.startsWith(`${root}${sep}`)) return path;
  throw new PlatformError(
    "BadRequest",
    `The blob '${relative}' has a name that leaves the download folder; it is not written.`,
  );
}

async function openContainer({ client, scope, datastore, fetch }: DownloadOptions) {
  const id = `${workspaceId(scope)}/datastores/${datastore}`;
  const body = { expirableSecret: true, expireAfterHours: 1 };
  const [found, secrets] = await Promise.all([client.get(id), client.post(id, "listSecrets", { body })]);
  const { accountName, containerName, endpoint } = datastoreSchema.parse(found.properties);
  const sas = sasSchema.parse(secrets).sasToken.replace(/^\?/, "");
  const url = `https://${accountName}.blob.${endpoint ?? STORAGE_SUFFIX}/${containerName}`;

  const send = async (target: string) => {
    const response = await fetch(target, { method: "GET", headers: { "x-ms-version": STORAGE_VERSION } });
    if (response.ok) return response;
    throw new PlatformError(
      "Unavailable",
      `The storage answered ${response.status} for '${new URL(target).pathname}'.`,
    );
  };
  return {
    async *list(prefix: string): AsyncGenerator<string> {
      let marker = "";
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const query = `restype=container&comp=list&include=metadata&prefix=${encodeURIComponent(prefix)}&marker=${encodeURIComponent(marker)}`;
        const text = await (await send(`${url}?${query}&${sas}`)).text();
        for (const [blob] of text.matchAll(/<Blob>.*?<\/Blob>/gs)) {
          const name = unescapeXml(/<Name>(.*?)<\/Name>/s.exec(blob)?.[1] ?? "");
          if (name !== "" && !blob.includes("<hdi_isfolder>true</hdi_isfolder>")) yield name;
        }
        marker = unescapeXml(/<NextMarker>(.*?)<\/NextMarker>/s.exec(text)?.[1] ?? "");
        if (marker === "") return;
      }
    },
    async download(name: string, path: string): Promise<void> {
      const encoded = name.split("/").map(encodeURIComponent).join("/");
      const response = await send(`${url}/${encoded}?${sas}`);
      await mkdir(dirname(path), { recursive: true });
      if (response.body === null) return;
      await pipeline(Readable.fromWeb(response.body), createWriteStream(join(path)));
    },
  };
}

function unescapeXml(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
