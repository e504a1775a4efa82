import { PlatformError } from "@lazuli/contract/errors.ts";
import { isRemote } from "@lazuli/sdk/submit/references.ts";
import { readLocalContent } from "@lazuli/sdk/upload/local-content.ts";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import type { Options } from "../options.ts";
import type { Session } from "../session/session.ts";
import { readDocument } from "./entity-actions.ts";

const CATALOGS = ["catalog.json", "catalog.json.sig"];

/** Lists the SHA-256 of each file of a component's code in the form that Azure's signing tools read. */
export async function prepareForSign(session: Session, options: Options): Promise<unknown> {
  const file = options.requireText("file");
  const { code } = (await readDocument(session, { noun: "component" })).value;
  if (typeof code !== "string" || isRemote(code)) {
    throw new PlatformError("BadRequest", `The component in '${file}' has no local 'code' to sign.`, {
      target: "code",
    });
  }
  const folder = resolve(dirname(file), code);
  const content = await readLocalContent(folder);
  if (content.kind !== "folder") throw new PlatformError("BadRequest", `'${code}' is a file; name its folder.`);
  const files = content.files.filter((one) => !CATALOGS.includes(one.path));
  const items = await Promise.all(files.map(async (one) => [one.path, await sha256(one.absolutePath)] as const));
  const sorted = items.toSorted(([left], [right]) => (left < right ? -1 : 1));
  const catalog = JSON.stringify({ HashAlgorithm: "SHA256", CatalogItems: Object.fromEntries(sorted) });
  await Promise.all(CATALOGS.map((name) => writeFile(join(folder, name), catalog)));
  return { written: CATALOGS.map((name) => join(folder, name)) };
}

async function sha256(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex")
    .toUpperCase();
}
