import type { Clock } from "../../base/clock.ts";
import type { Database } from "../../database/database.ts";
import type { FileDigests } from "../../domain/reuse/compare-files.ts";
import type { ContentPart } from "../../domain/reuse/step-parts.ts";
import type { DataLocation } from "../data/data-locator.ts";
import type { ContentBlobs } from "./content-blobs.ts";
import { digestFiles, hashBlob } from "./hash-content.ts";
import { LISTED_FILES_MAX, listContent, type ListedFile, type Listing } from "./list-content.ts";
import { readLocalContent } from "./local-content.ts";
import { readTableFile } from "./table-file.ts";
import { parseFiles } from "./reuse-rows.ts";
import type { ReuseTables } from "./reuse-schema.ts";

/** Content told by its bytes, or why that is not possible. */
export type Identity =
  | { readonly kind: "known"; readonly content: ContentPart }
  | { readonly kind: "unknown"; readonly reason: string };

/** Bytes never seen before that one lookup reads. */
const NEW_BYTES_MAX = 16 * 1024 ** 3;
/** Folders whose list of files is kept, for saying which file changed. */
const FILES_KEPT_MAX = 5_000;
/** Contents remembered by the state of their place. */
const REMEMBERED_MAX = 2_000;
const OUTSIDE_PATH = /\b[a-z][a-z0-9+.-]*:\/\/[^\s'",\]}]+/i;
/** Half a year. */
const KEPT_MS = 183 * 24 * 3_600_000;
const ETAGS_PER_QUERY = 500;
const HASHES_AT_A_TIME = 4;

/**
 * Tells data by its content. What lies in our storage is read once for each state that it was in: an ETag never means
 * two contents. What lies elsewhere on this machine is read each time; what lies behind a URL stays unknown.
 */
export class ContentIdentity {
  readonly #database: Database<ReuseTables>;
  readonly #blobs: ContentBlobs;
  readonly #clock: Clock;
  /** By signature of the listing, oldest first; a promise while it is being read, so that it is read once. */
  readonly #remembered = new Map<string, Promise<Identity>>();

  constructor(parts: { database: Database<ReuseTables>; blobs: ContentBlobs; clock: Clock }) {
    this.#database = parts.database;
    this.#blobs = parts.blobs;
    this.#clock = parts.clock;
  }

  async identify(location: DataLocation): Promise<Identity> {
    if (location.kind === "url") {
      return { kind: "unknown", reason: `'${location.url}' lies outside, where it may change at any time` };
    }
    if (location.kind === "file") {
      const local = await readLocalContent(location.path);
      return local.kind === "unknown" ? local : this.#keep(local.files, local.sizeBytes);
    }
    const listing = await listContent(location, this.#blobs);
    if (listing === undefined) {
      return { kind: "unknown", reason: `'${location.path}' holds more than ${LISTED_FILES_MAX} files` };
    }
    if (listing.files.length === 0) {
      return { kind: "unknown", reason: `nothing is stored under '${location.container}/${location.path}'` };
    }
    return this.#recall(listing);
  }

  /**
   * What a table reads beyond its own folder, as `https://…`; `undefined` when it reads nothing else. Only relative
   * paths of an `MLTable` file are part of the folder's content.
   */
  async findOutsidePath(location: DataLocation): Promise<string | undefined> {
    const text = await readTableFile(location, this.#blobs);
    const lines = text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
    return lines.map((line) => OUTSIDE_PATH.exec(line)?.[0]).find((found) => found !== undefined);
  }

  /** Changes exactly when something in the place is written or removed; `undefined` where that cannot be told. */
  async signature(location: DataLocation): Promise<string | undefined> {
    if (location.kind !== "blob") return undefined;
    return (await listContent(location, this.#blobs))?.signature;
  }

  /** Digests of the files that a digest of content stands for; `undefined` when they were not kept. */
  async filesOf(digest: string): Promise<FileDigests | undefined> {
    const query = this.#database.sql.selectFrom("content_folders").select("files").where("digest", "=", digest);
    const [row] = await this.#database.read(query);
    return row === undefined ? undefined : parseFiles(row.files);
  }

  /** Forgets what was read long ago; content that is still there is read again when it is asked for. */
  async prune(): Promise<void> {
    const before = this.#clock.now() - KEPT_MS;
    await this.#database.write([
      this.#database.sql.deleteFrom("content_files").where("created_at", "<", before),
      this.#database.sql.deleteFrom("content_folders").where("created_at", "<", before),
    ]);
  }

  #recall(listing: Listing): Promise<Identity> {
    const { signature } = listing;
    const known = this.#remembered.get(signature);
    if (known !== undefined) return known;
    const read = this.#read(listing).catch((error: unknown) => {
      this.#remembered.delete(signature);
      throw error;
    });
    this.#remembered.set(signature, read);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > REMEMBERED_MAX && oldest !== undefined) this.#remembered.delete(oldest);
    return read;
  }

  async #read({ files }: Listing): Promise<Identity> {
    const digests = await this.#readKnown(files.map(({ etag }) => etag));
    const missing = files.filter(({ etag }) => !digests.has(etag));
    const newBytes = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (newBytes > NEW_BYTES_MAX) {
      const gibibytes = Math.ceil(newBytes / 1024 ** 3);
      return { kind: "unknown", reason: `it holds ${gibibytes} GiB that were never read, too much for one lookup` };
    }
    for (let start = 0; start < missing.length; start += HASHES_AT_A_TIME) {
      const batch = missing.slice(start, start + HASHES_AT_A_TIME);
      await Promise.all(batch.map(async (file) => digests.set(file.etag, await hashBlob(file.place, this.#blobs))));
    }
    await this.#storeDigests(missing, digests);
    const byName = Object.fromEntries(files.map(({ name, etag }) => [name, digests.get(etag) ?? ""]));
    return this.#keep(
      byName,
      files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    );
  }

  async #readKnown(etags: readonly string[]): Promise<Map<string, string>> {
    const digests = new Map<string, string>();
    for (let start = 0; start < etags.length; start += ETAGS_PER_QUERY) {
      const query = this.#database.sql
        .selectFrom("content_files")
        .select(["etag", "digest"])
        .where("etag", "in", etags.slice(start, start + ETAGS_PER_QUERY));
      for (const { etag, digest } of await this.#database.read(query)) digests.set(etag, digest);
    }
    return digests;
  }

  async #storeDigests(files: readonly ListedFile[], digests: ReadonlyMap<string, string>): Promise<void> {
    const now = this.#clock.now();
    const steps = files.map(({ etag }) =>
      this.#database.sql
        .insertInto("content_files")
        .values({ etag, digest: digests.get(etag) ?? "", created_at: now })
        .onConflict((conflict) => conflict.column("etag").doNothing()),
    );
    if (steps.length > 0) await this.#database.write(steps);
  }

  /** One digest for all, and the list of files for later explanations. */
  async #keep(files: FileDigests, sizeBytes: number): Promise<Identity> {
    const digest = digestFiles(files);
    const fileCount = Object.keys(files).length;
    if (fileCount <= FILES_KEPT_MAX && (await this.filesOf(digest)) === undefined) {
      const row = { digest, files: JSON.stringify(files), created_at: this.#clock.now() };
      const insert = this.#database.sql.insertInto("content_folders").values(row);
      await this.#database.write([insert.onConflict((conflict) => conflict.column("digest").doNothing())]);
    }
    return { kind: "known", content: { digest, fileCount, sizeBytes } };
  }
}
