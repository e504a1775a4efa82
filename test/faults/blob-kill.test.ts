import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { describe, it } from "node:test";

import { systemClock } from "../../packages/server/src/base/clock.ts";
import { silentLog } from "../../packages/server/src/base/log.ts";
import type { BlobEngine } from "../../packages/server/src/blobs/blob-engine.ts";
import { openBlobStore } from "../../packages/server/src/blobs/open-blob-store.ts";

const WRITER = join(import.meta.dirname, "blob-writer.ts");
const ROUNDS = 25;
const LIFE_MS_MAX = 250;
const DIGEST_BYTES = 32;

/** What the killed writers were told: size of each blob that exists for certain, and names that may be gone. */
interface Acknowledged {
  readonly sizes: Map<string, number>;
  readonly deleted: Set<string>;
}

async function runAndKill(home: string, round: number, told: Acknowledged): Promise<void> {
  const child = spawn(process.execPath, [WRITER, home, String(round)], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const [event, name = "", size] = line.split(" ");
    if (event === "ready") void setTimeout((round / ROUNDS) * LIFE_MS_MAX).then(() => child.kill("SIGKILL"));
    if (event === "put") told.sizes.set(name, Number(size));
    if (event === "deleting") told.sizes.delete(name);
    if (event === "deleted") told.deleted.add(name);
  });
  await once(lines, "close");
}

async function listBlobNames(store: BlobEngine): Promise<string[]> {
  const names: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.list({ account: "lztest", container: "data", ...(after !== undefined && { after }) });
    names.push(...page.blobs.map((blob) => blob.name));
    after = page.next;
  } while (after !== undefined);
  return names;
}

async function countFiles(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

describe("a blob store whose process is killed", { timeout: 180_000 }, () => {
  it("keeps every acknowledged blob whole, shows no half blob and leaves no temporary file", async () => {
    const home = await mkdtemp(join(tmpdir(), "lazuli-kill-"));
    const told: Acknowledged = { sizes: new Map(), deleted: new Set() };
    for (let round = 1; round <= ROUNDS; round++) await runAndKill(home, round, told);
    assert.ok(told.sizes.size > ROUNDS, `only ${told.sizes.size} writes were acknowledged`);

    const folder = join(home, "objects");
    const parts = { clock: systemClock, log: silentLog };
    const secretBox = { seal: (secret: string) => secret, open: (sealed: string) => sealed };
    const store = await openBlobStore({ database: join(home, "blobs.db"), folder, secretBox, ...parts });
    await store.idle();
    assert.deepEqual(await readdir(join(folder, "incoming")), []);

    const names = await listBlobNames(store);
    for (const name of names) {
      const content = await buffer(await store.read({ account: "lztest", container: "data", name }));
      const digest = createHash("sha256").update(content.subarray(DIGEST_BYTES)).digest();
      assert.deepEqual(content.subarray(0, DIGEST_BYTES), digest, `'${name}' is not whole`);
      const size = told.sizes.get(name);
      if (size !== undefined) assert.equal(content.length, size);
    }
    const visible = new Set(names);
    assert.deepEqual(
      [...told.sizes.keys()].filter((name) => !visible.has(name)),
      [],
    );
    assert.deepEqual(
      [...told.deleted].filter((name) => visible.has(name)),
      [],
    );

    await store.removeAccount("lztest");
    await store.idle();
    assert.equal(await countFiles(folder), 0, "files that no row names");
    await store.close();
    await rm(home, { recursive: true });
  });
});
