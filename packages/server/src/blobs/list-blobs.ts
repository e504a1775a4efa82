import { PlatformError } from "@lazuli/contract/errors.ts";

import type { BlobContext } from "./blob-context.ts";
import { getContainer, toBlobProperties } from "./blob-rows.ts";
import type { BlobRow } from "./blob-schema.ts";
import type { BlobPage, BlobProperties, ListBlobsQuery } from "./blob-store.ts";
import { afterAllWith } from "./name-order.ts";
import { LIST_PAGE_MAX } from "./storage-limits.ts";

/** Rows read at once while folders are skipped: most of them would be thrown away. */
const SKIPPING_BATCH = 64;

/** Where a page begins: after a name, or at it. */
interface Position {
  readonly name: string;
  readonly isIncluded: boolean;
}

/** Lists by key: a page costs the same wherever it lies, and a folder costs the same whatever it holds. */
export async function listBlobs(context: BlobContext, query: ListBlobsQuery): Promise<BlobPage> {
  const container = await getContainer(context, query.account, query.container);
  const limit = Math.min(query.limit ?? LIST_PAGE_MAX, LIST_PAGE_MAX);
  const prefix = query.prefix ?? "";
  const blobs: BlobProperties[] = [];
  const prefixes: string[] = [];
  let position: Position | undefined =
    query.after === undefined ? { name: prefix, isIncluded: true } : parse(query.after);

  while (position !== undefined) {
    const room = limit - blobs.length - prefixes.length;
    if (room <= 0) return { blobs, prefixes, next: render(position) };
    const batch = query.delimiter === undefined || query.delimiter === "" ? room : Math.min(room, SKIPPING_BATCH);
    const rows = await readRows(context, { containerId: container.id, prefix, position, limit: batch });
    position = rows.length < batch ? undefined : toNext(rows);
    for (const row of rows) {
      const folder = findFolder(row.name, prefix, query.delimiter);
      if (folder === undefined) {
        blobs.push(toBlobProperties(row, query.container));
        continue;
      }
      prefixes.push(folder);
      const after = afterAllWith(folder);
      position = after === undefined ? undefined : { name: after, isIncluded: true };
      break;
    }
  }
  return { blobs, prefixes, next: undefined };
}

function toNext(rows: readonly BlobRow[]): Position | undefined {
  const last = rows.at(-1);
  return last === undefined ? undefined : { name: last.name, isIncluded: false };
}

function findFolder(name: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || delimiter === "") return undefined;
  const end = name.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : name.slice(0, end + delimiter.length);
}

async function readRows(
  context: BlobContext,
  page: { readonly containerId: string; readonly prefix: string; readonly position: Position; readonly limit: number },
): Promise<BlobRow[]> {
  const end = afterAllWith(page.prefix);
  const { containerId, position, limit } = page;
  const query = context.queries.page({ isIncluded: position.isIncluded, hasEnd: end !== undefined });
  // The count stands last in the text, after whatever bounds the names.
  const bounds = end === undefined ? [position.name] : [position.name, end];
  return context.database.read(query(containerId, ...bounds, limit));
}

function render(position: Position): string {
  return Buffer.from((position.isIncluded ? "=" : ">") + position.name).toString("base64url");
}

function parse(token: string): Position {
  const text = Buffer.from(token, "base64url").toString("utf8");
  const kind = text.slice(0, 1);
  if (kind === "=" || kind === ">") return { name: text.slice(1), isIncluded: kind === "=" };
  throw new PlatformError("BadRequest", "The marker is not one that a listing returned.", {
    azureCode: "InvalidQueryParameterValue",
  });
}
