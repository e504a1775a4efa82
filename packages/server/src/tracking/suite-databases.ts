import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PGlite } from "@electric-sql/pglite";

import type { Database } from "../database/database.ts";
import { openPgliteDatabase } from "../database/pglite-database.ts";
import { openSqliteDatabase } from "../database/sqlite-database.ts";
import { trackingMigrations, type TrackingSchema } from "./tracking-schema.ts";

/** An empty database for the store's suite, and what ends it. */
export interface SuiteDatabase {
  readonly database: Database<TrackingSchema>;
  close(): Promise<void>;
}

async function openSqlite(): Promise<SuiteDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "lazuli-tracking-"));
  const database = await openSqliteDatabase<TrackingSchema>(join(folder, "tracking.db"), trackingMigrations);
  return {
    database,
    async close() {
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function openPglite(): Promise<SuiteDatabase> {
  const database = await openPgliteDatabase<TrackingSchema>(new PGlite(), trackingMigrations);
  return { database, close: () => database.close() };
}

/** The store must do the same on each of them. */
export const SUITE_DATABASES = [
  ["sqlite", openSqlite],
  ["pglite", openPglite],
] as const;
