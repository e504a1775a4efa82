// Writes blobs until it is killed; prints a line for each write that was acknowledged.
// Arguments: home, round.
import { createHash, randomBytes, randomInt } from "node:crypto";
import { writeSync } from "node:fs";
import { join } from "node:path";

import { systemClock } from "../../packages/server/src/base/clock.ts";
import { silentLog } from "../../packages/server/src/base/log.ts";
import { openBlobStore } from "../../packages/server/src/blobs/open-blob-store.ts";

const WRITERS = 6;
const SIZE_MAX = 300_000;
const BLOCK_SIZE = 60_000;

const [home = "", round = ""] = process.argv.slice(2);
const store = await openBlobStore({
  database: join(home, "blobs.db"),
  folder: join(home, "objects"),
  secretBox: { seal: (secret) => secret, open: (sealed) => sealed },
  clock: systemClock,
  log: silentLog,
});
await store.ensureAccount("lztest");
await store.ensureContainer("lztest", "data");
writeSync(1, "ready\n");

/** Content that begins with the digest of the rest: whoever reads it can tell whether it is whole. */
function newContent(): Buffer {
  const rest = randomBytes(randomInt(SIZE_MAX));
  return Buffer.concat([createHash("sha256").update(rest).digest(), rest]);
}

async function writeOne(name: string, content: Buffer): Promise<void> {
  const address = { account: "lztest", container: "data", name };
  if (content.length < SIZE_MAX / 2) {
    await store.put(address, content);
    return;
  }
  const starts = Array.from({ length: Math.ceil(content.length / BLOCK_SIZE) }, (_, index) => index * BLOCK_SIZE);
  const blocks = starts.map((start) => ({ id: Buffer.from(String(start).padStart(9, "0")).toString("base64"), start }));
  for (const { id, start } of blocks) {
    await store.putBlock(address, { id, content: content.subarray(start, start + BLOCK_SIZE) });
  }
  await store.putBlockList(address, { blocks: blocks.map(({ id }) => ({ id, from: "latest" })), options: {} });
}

async function writeForever(writer: number): Promise<void> {
  for (let count = 0; ; count++) {
    const name = `${round}/${writer}/${count}`;
    const content = newContent();
    await writeOne(name, content);
    writeSync(1, `put ${name} ${content.length}\n`);
    await writeOne(`hot/${writer}`, newContent());
    if (count % 3 !== 2) continue;
    const old = `${round}/${writer}/${count - 1}`;
    writeSync(1, `deleting ${old}\n`);
    await store.remove({ account: "lztest", container: "data", name: old });
    writeSync(1, `deleted ${old}\n`);
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, writer) => writeForever(writer)));
