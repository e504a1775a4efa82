import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { PGlite } from "@electric-sql/pglite";

import { WriteConflict, type Database, type Migration } from "./database.ts";
import { openPgliteDatabase } from "./pglite-database.ts";
import { openSqliteDatabase } from "./sqlite-database.ts";

interface Schema {
  notes: { name: string; text: string; size: number };
}

const MIGRATIONS: readonly Migration[] = [
  {
    name: "notes",
    statements: () => ["CREATE TABLE notes (name TEXT PRIMARY KEY, text TEXT NOT NULL, size INTEGER NOT NULL)"],
  },
];

async function withSqlite(use: (database: Database<Schema>) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lazuli-database-"));
  const database = await openSqliteDatabase<Schema>(join(folder, "test.db"), MIGRATIONS);
  await use(database);
  await database.close();
  await rm(folder, { recursive: true });
}

async function withPglite(use: (database: Database<Schema>) => Promise<void>): Promise<void> {
  const database = await openPgliteDatabase<Schema>(new PGlite(), MIGRATIONS);
  await use(database);
  await database.close();
}

for (const [name, withDatabase] of [
  ["sqlite", withSqlite],
  ["pglite", withPglite],
] as const) {
  describe(`database on ${name}`, () => {
    it("reads what was written", () =>
      withDatabase(async (database) => {
        await database.write([database.sql.insertInto("notes").values({ name: "a", text: "one", size: 1 })]);
        const rows = await database.read(database.sql.selectFrom("notes").selectAll());
        assert.deepEqual(
          rows.map((row) => ({ ...row })),
          [{ name: "a", text: "one", size: 1 }],
        );
      }));

    it("undoes the whole batch when an expectation is unmet", () =>
      withDatabase(async (database) => {
        const insert = database.sql.insertInto("notes").values({ name: "a", text: "one", size: 1 });
        const update = database.sql.updateTable("notes").set({ size: 2 }).where("name", "=", "missing");
        await assert.rejects(database.write([insert, { query: update, expectChanges: 1 }]), WriteConflict);
        assert.deepEqual(await database.read(database.sql.selectFrom("notes").selectAll()), []);
      }));

    it("refuses a duplicate key and keeps the other batches of the same commit", () =>
      withDatabase(async (database) => {
        const insert = (key: string) => database.sql.insertInto("notes").values({ name: key, text: "", size: 0 });
        const outcomes = await Promise.allSettled([
          database.write([insert("a")]),
          database.write([insert("a")]),
          database.write([insert("b")]),
        ]);
        assert.deepEqual(
          outcomes.map((outcome) => outcome.status),
          ["fulfilled", "rejected", "fulfilled"],
        );
        const rows = await database.read(database.sql.selectFrom("notes").select("name").orderBy("name"));
        assert.deepEqual(
          rows.map((row) => row.name),
          ["a", "b"],
        );
      }));
  });
}
