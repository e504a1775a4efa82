import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, describe, it } from "node:test";

import { PGlite } from "@electric-sql/pglite";

import { silentLog } from "../base/log.ts";
import type { Database } from "../database/database.ts";
import { openPgliteDatabase } from "../database/pglite-database.ts";
import { openSqliteDatabase } from "../database/sqlite-database.ts";
import type { BlobEngine } from "./blob-engine.ts";
import { blobMigrations, type BlobSchema } from "./blob-schema.ts";
import type { BlobAddress } from "./blob-store.ts";
import { openBlobStore } from "./open-blob-store.ts";

interface Fixture {
  readonly store: BlobEngine;
  readonly folder: string;
  readonly reopen: () => Promise<BlobEngine>;
}

const clearBox = { seal: (secret: string) => secret, open: (sealed: string) => sealed };
const at = (name: string, container = "data"): BlobAddress => ({ account: "lz1", container, name });

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

const read = async (store: BlobEngine, address: BlobAddress, range?: { start: number; end?: number }) =>
  (await buffer(await store.read(address, range))).toString();

async function listAll(store: BlobEngine, query: { prefix?: string; delimiter?: string; limit: number }) {
  const names: string[] = [];
  const prefixes: string[] = [];
  let after: string | undefined;
  do {
    const cursor = after === undefined ? {} : { after };
    const page = await store.list({ account: "lz1", container: "data", ...query, ...cursor });
    names.push(...page.blobs.map((blob) => blob.name));
    prefixes.push(...page.prefixes);
    after = page.next;
  } while (after !== undefined);
  return { names, prefixes };
}

function describeBlobStore(kind: string, openDatabase: (folder: string) => Promise<Database<BlobSchema>>): void {
  const withStore = (use: (fixture: Fixture) => Promise<void>) => async () => {
    const home = await mkdtemp(join(tmpdir(), "lazuli-blobs-"));
    const folder = join(home, "objects");
    const database = await openDatabase(home);
    const parts = { folder, secretBox: clearBox, log: silentLog, clock: { now: () => 1_700_000_000_000 } };
    const reopen = () => openBlobStore({ database, ...parts });
    const store = await reopen();
    await store.ensureAccount("lz1");
    await store.ensureContainer("lz1", "data");
    await use({ store, folder, reopen });
    await store.close();
    await database.close();
    await rm(home, { recursive: true });
  };

  describe(`blob store on ${kind}`, () => {
    it(
      "reads back what was put, whole and in ranges",
      withStore(async ({ store }) => {
        const put = await store.put(at("a/b.txt"), "hello world", {
          contentType: "text/plain",
          metadata: { Key: "v" },
        });
        assert.equal(put.sizeBytes, 11);
        assert.equal(put.contentMd5, "XrY7u+Ae7tCTyyK7j1rNww==");
        assert.deepEqual(await store.find(at("a/b.txt")), put);
        assert.equal(await read(store, at("a/b.txt")), "hello world");
        assert.equal(await read(store, at("a/b.txt"), { start: 6 }), "world");
        assert.equal(await read(store, at("a/b.txt"), { start: 0, end: 5 }), "hello");
      }),
    );

    it(
      "keeps 'a' and 'a/b', odd names and names of 1,024 characters apart",
      withStore(async ({ store, folder }) => {
        const names = [
          "a",
          "a/b",
          "../../etc/passwd",
          "..",
          "/abs",
          "sp ace",
          "ü/日本/😀",
          "%2e%2e/x",
          "x".repeat(1024),
          "a\\b",
        ];
        for (const name of names) await store.put(at(name), name);
        for (const name of names) assert.equal(await read(store, at(name)), name);
        assert.deepEqual((await listAll(store, { limit: 3 })).names.toSorted(), names.toSorted());
        for (const file of await listFiles(folder)) assert.match(file, /^[0-9a-f]{32}$/);
      }),
    );

    it(
      "refuses empty, too long and broken names",
      withStore(async ({ store }) => {
        for (const name of ["", "x".repeat(1025), "a\0b", "\ud800"]) {
          await assert.rejects(store.put(at(name), ""), { code: "BadRequest" });
        }
        await assert.rejects(store.put(at("a", "missing"), ""), { azureCode: "ContainerNotFound" });
      }),
    );

    it(
      "lets one of many writers win who all say that nothing may exist",
      withStore(async ({ store, folder }) => {
        const writes = Array.from({ length: 20 }, (_, index) => store.put(at("one"), `${index}`, { ifNoneMatch: "*" }));
        const outcomes = await Promise.allSettled(writes);
        const won = outcomes.flatMap((outcome, index) => (outcome.status === "fulfilled" ? [`${index}`] : []));
        assert.equal(won.length, 1);
        assert.equal(await read(store, at("one")), won[0]);
        assert.equal((await listFiles(folder)).length, 1);
      }),
    );

    it(
      "lets all of many writers finish who say nothing, and keeps one file",
      withStore(async ({ store, folder }) => {
        await Promise.all(Array.from({ length: 12 }, (_, index) => store.put(at("one"), `value ${index}`)));
        assert.match(await read(store, at("one")), /^value \d+$/);
        await store.idle();
        assert.equal((await listFiles(folder)).length, 1);
      }),
    );

    it(
      "refuses unmet conditions and another MD5, and leaves nothing behind",
      withStore(async ({ store, folder }) => {
        const { etag } = await store.put(at("a"), "1");
        await assert.rejects(store.put(at("a"), "2", { ifMatch: '"other"' }), { code: "PreconditionFailed" });
        await assert.rejects(store.put(at("b"), "2", { ifMatch: "*" }), { code: "PreconditionFailed" });
        await assert.rejects(store.put(at("a"), "2", { ifNoneMatch: etag }), { code: "PreconditionFailed" });
        await assert.rejects(store.put(at("c"), "2", { contentMd5: "AAAA" }), { azureCode: "Md5Mismatch" });
        await store.put(at("a"), "3", { ifMatch: etag });
        assert.equal(await read(store, at("a")), "3");
        await store.idle();
        assert.equal((await listFiles(folder)).length, 1);
      }),
    );

    it(
      "makes a blob from blocks in the order of the list and forgets the others",
      withStore(async ({ store, folder }) => {
        for (const [id, text] of [
          ["AAAA", "one "],
          ["BBBB", "two "],
          ["CCCC", "three "],
        ] as const) {
          await store.putBlock(at("big"), { id, content: text });
        }
        await store.putBlock(at("big"), { id: "AAAA", content: "ONE " });
        assert.equal(await store.find(at("big")), undefined);
        assert.equal((await store.getBlockList(at("big"))).uncommitted.length, 3);
        const choose = (ids: string[]) => ids.map((id) => ({ id, from: "latest" as const }));
        await store.putBlockList(at("big"), { blocks: choose(["BBBB", "AAAA", "BBBB"]), options: {} });
        assert.equal(await read(store, at("big")), "two ONE two ");
        assert.equal(await read(store, at("big"), { start: 3, end: 9 }), " ONE t");
        await store.idle();
        assert.equal((await listFiles(folder)).length, 2);

        const path = (await store.localPath(at("big"))) ?? "";
        assert.equal(await readFile(path, "utf8"), "two ONE two ");
        await store.idle();
        assert.equal((await listFiles(folder)).length, 1);

        await store.putBlock(at("big"), { id: "DDDD", content: "four" });
        await store.putBlockList(at("big"), { blocks: choose(["DDDD", "AAAA"]), options: {} });
        assert.equal(await read(store, at("big")), "fourONE ");
        const bad = store.putBlockList(at("big"), { blocks: choose(["BBBB"]), options: {} });
        await assert.rejects(bad, { azureCode: "InvalidBlockList" });
        await store.remove(at("big"));
        await store.idle();
        assert.deepEqual(await listFiles(folder), []);
      }),
    );

    it(
      "appends whole blocks of many writers",
      withStore(async ({ store }) => {
        await store.createAppendBlob(at("log"), {});
        await store.localPath(at("log"));
        await Promise.all(["aa", "bb", "cc"].map((content) => store.appendBlock(at("log"), { content })));
        assert.deepEqual((await read(store, at("log"))).match(/../g)?.toSorted(), ["aa", "bb", "cc"]);
        const late = store.appendBlock(at("log"), { content: "x", appendPosition: 0 });
        await assert.rejects(late, { azureCode: "AppendPositionConditionNotMet" });
        await store.put(at("block"), "");
        await assert.rejects(store.appendBlock(at("block"), { content: "x" }), { azureCode: "InvalidBlobType" });
      }),
    );

    it(
      "copies blobs that live on when their source is gone",
      withStore(async ({ store, folder }) => {
        await store.put(at("whole"), "whole", { metadata: { a: "1" } });
        await store.putBlock(at("blocks"), { id: "AAAA", content: "block" });
        await store.putBlockList(at("blocks"), { blocks: [{ id: "AAAA", from: "latest" }], options: {} });
        for (const name of ["whole", "blocks"]) {
          const request = { source: at(name), sourceConditions: {}, conditions: {}, changes: {} };
          await store.copy(at(`${name}2`), request);
          await store.remove(at(name));
        }
        await store.idle();
        assert.equal(await read(store, at("whole2")), "whole");
        assert.equal(await read(store, at("blocks2")), "block");
        assert.deepEqual((await store.get(at("whole2"))).metadata, { a: "1" });
        assert.equal((await listFiles(folder)).length, 2);
      }),
    );

    it(
      "lists by prefix and delimiter over pages of any size",
      withStore(async ({ store }) => {
        const names = ["a", "a/1", "a/2/x", "a/2/y", "a0", "b/1", "b/2", "c", "ÿ/1", "😀/1", "\uffff/1"];
        await Promise.all(names.map((name) => store.put(at(name), "")));
        for (const limit of [1, 2, 3, 100]) {
          const top = await listAll(store, { delimiter: "/", limit });
          assert.deepEqual(top, { names: ["a", "a0", "c"], prefixes: ["a/", "b/", "ÿ/", "\uffff/", "😀/"] });
          const inner = await listAll(store, { prefix: "a/", delimiter: "/", limit });
          assert.deepEqual(inner, { names: ["a/1"], prefixes: ["a/2/"] });
          const flat = await listAll(store, { prefix: "a/", limit });
          assert.deepEqual(flat, { names: ["a/1", "a/2/x", "a/2/y"], prefixes: [] });
        }
      }),
    );

    it(
      "streams on to a reader whose blob is overwritten or deleted",
      withStore(async ({ store, folder }) => {
        const content = Buffer.alloc(3 * 1024 * 1024, "x");
        await store.put(at("whole"), content);
        for (const id of ["AAAA", "BBBB"]) await store.putBlock(at("blocks"), { id, content });
        const blocks = ["AAAA", "BBBB"].map((id) => ({ id, from: "latest" as const }));
        await store.putBlockList(at("blocks"), { blocks, options: {} });
        const readers = [await store.read(at("whole")), await store.read(at("blocks"))];
        await store.put(at("whole"), "new");
        await store.remove(at("blocks"));
        await store.idle();
        const sizes = await Promise.all(readers.map(async (reader) => (await buffer(reader)).length));
        assert.deepEqual(sizes, [content.length, 2 * content.length]);
        await store.idle();
        assert.equal((await listFiles(folder)).length, 1);
      }),
    );

    it(
      "takes a file in by link, and refuses a symbolic link and a folder",
      withStore(async ({ store, folder }) => {
        const source = join(folder, "..", "model.bin");
        await writeFile(source, "model");
        const adopted = await store.adopt(at("model"), source, { metadata: { from: "job" } });
        assert.equal(adopted.sizeBytes, 5);
        const path = (await store.localPath(at("model"))) ?? "";
        assert.equal((await stat(path)).ino, (await stat(source)).ino);
        await symlink("/etc/passwd", join(folder, "..", "link"));
        await assert.rejects(store.adopt(at("bad"), join(folder, "..", "link")), { code: "BadRequest" });
        await assert.rejects(store.adopt(at("bad"), folder), { code: "BadRequest" });
        assert.equal((await listFiles(folder)).length, 1);
      }),
    );

    it(
      "copies a file of another disk, and refuses a symbolic link there, too",
      withStore(async ({ store }) => {
        const other = await mkdtemp("/dev/shm/lazuli-");
        await writeFile(join(other, "model.bin"), "model");
        await symlink("/etc/passwd", join(other, "link"));
        await store.adopt(at("model"), join(other, "model.bin"));
        assert.equal(await read(store, at("model")), "model");
        await assert.rejects(store.adopt(at("bad"), join(other, "link")), { code: "BadRequest" });
        await rm(other, { recursive: true });
      }),
    );

    it(
      "clears a deleted container away and gives its name free at once",
      withStore(async ({ store, folder }) => {
        await Promise.all(Array.from({ length: 30 }, (_, index) => store.put(at(`n${index}`), "x")));
        await store.putBlock(at("waiting"), { id: "AAAA", content: "x" });
        await store.deleteContainer({ account: "lz1", container: "data" }, {});
        await assert.rejects(store.find(at("n1")), { azureCode: "ContainerNotFound" });
        await store.createContainer({ account: "lz1", container: "data" }, {});
        assert.equal(await store.find(at("n1")), undefined);
        await store.idle();
        assert.deepEqual(await listFiles(folder), []);
        await store.removeAccount("lz1");
        await assert.rejects(store.accountKey("lz1"), { code: "NotFound" });
      }),
    );

    it(
      "removes what a crash left when it opens, and only that",
      withStore(async ({ store, folder, reopen }) => {
        await store.put(at("kept"), "kept");
        const orphan = "ab".repeat(16);
        await writeFile(join(folder, "incoming", orphan), "half");
        await writeFile(join(folder, "ab", orphan), "half");
        await writeFile(join(folder, "incoming", "cd".repeat(16)), "half");
        const again = await reopen();
        await again.idle();
        assert.equal((await listFiles(folder)).length, 1);
        assert.equal(await read(again, at("kept")), "kept");
      }),
    );

    it(
      "leaves nothing of an upload that broke off",
      withStore(async ({ store, folder }) => {
        const broken = Readable.from(
          (async function* () {
            yield Buffer.alloc(2 * 1024 * 1024);
            throw new Error("connection lost");
          })(),
        );
        await assert.rejects(store.put(at("broken"), broken), /connection lost/);
        assert.equal(await store.find(at("broken")), undefined);
        assert.deepEqual(await listFiles(folder), []);
      }),
    );
  });
}

describeBlobStore("sqlite", (folder) => openSqliteDatabase<BlobSchema>(join(folder, "blobs.db"), blobMigrations));

// PGlite takes a second to start, so its tests share one and empty it.
const pglite = await openPgliteDatabase<BlobSchema>(new PGlite(), blobMigrations);
const TABLES = ["blobs", "blocks", "containers", "storage_accounts", "garbage"] as const;
describeBlobStore("pglite", async () => {
  await pglite.write(TABLES.map((table) => pglite.sql.deleteFrom(table)));
  return { ...pglite, close: async () => undefined };
});
after(() => pglite.close());
