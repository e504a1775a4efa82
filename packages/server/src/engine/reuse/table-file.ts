import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { appendPath, type DataLocation } from "../data/data-locator.ts";
import type { ContentBlobs } from "./content-blobs.ts";

/** Name of the file in the folder of a table that says what it reads and how. */
const TABLE_FILE = "MLTable";
const TABLE_BYTES_MAX = 1024 * 1024;

/** Text of a table's `MLTable` file; empty where there is none. */
export async function readTableFile(location: DataLocation, blobs: ContentBlobs): Promise<string> {
  if (location.kind === "file") return readFile(join(location.path, TABLE_FILE), "utf8").catch(() => "");
  const file = appendPath(location, TABLE_FILE);
  if (file.kind !== "blob") return "";
  const place = { account: file.account, container: file.container, name: file.path };
  const blob = await blobs.find(place);
  if (blob === undefined || blob.sizeBytes > TABLE_BYTES_MAX) return "";
  const pieces: Uint8Array[] = [];
  for await (const piece of await blobs.read(place)) {
    if (piece instanceof Uint8Array) pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
