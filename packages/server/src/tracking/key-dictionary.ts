import { sql } from "kysely";

import type { Database } from "../database/database.ts";
import { asCompilable, inBlocks, isOneOf } from "./sql-parts.ts";
import type { TrackingSchema } from "./tracking-schema.ts";

/** Keys remembered in memory; beyond it the memory starts anew. */
const KEYS_REMEMBERED_MAX = 100_000;
const KEYS_PER_STATEMENT = 256;

/** Names of metrics, params and tags, each stored once and referred to by number. Keys are never removed. */
export class KeyDictionary {
  readonly #database: Database<TrackingSchema>;
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();

  constructor(database: Database<TrackingSchema>) {
    this.#database = database;
  }

  /** Ids of these keys, made where missing. */
  async ensure(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const unknown = names.filter((name) => !this.#ids.has(name));
    if (unknown.length > 0) await this.#learn([...new Set(unknown)]);
    const ids = new Map<string, number>();
    for (const name of names) ids.set(name, await this.#get(name));
    return ids;
  }

  /** `undefined`: nobody has used the key yet. */
  async find(name: string): Promise<number | undefined> {
    if (!this.#ids.has(name)) await this.#load([name]);
    return this.#ids.get(name);
  }

  async name(id: number): Promise<string> {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const query = sql<{ name: string }>`SELECT name FROM keys WHERE id = ${id}`;
    const [row] = await this.#database.read(query.compile(this.#database.sql));
    if (row === undefined) throw new Error(`Key ${id} is not in the dictionary.`);
    this.#remember(id, row.name);
    return row.name;
  }

  async #get(name: string): Promise<number> {
    const id = this.#ids.get(name) ?? (await this.find(name));
    if (id === undefined) throw new Error(`Key '${name}' was written and cannot be read.`);
    return id;
  }

  async #learn(names: readonly string[]): Promise<void> {
    await this.#load(names);
    const missing = names.filter((name) => !this.#ids.has(name));
    if (missing.length === 0) return;
    const inserts = missing.map((name) => sql`INSERT INTO keys (name) VALUES (${name}) ON CONFLICT DO NOTHING`);
    await this.#database.write(inserts.map((insert) => asCompilable(insert.compile(this.#database.sql))));
    await this.#load(missing);
  }

  async #load(names: readonly string[]): Promise<void> {
    for (const block of inBlocks(names, KEYS_PER_STATEMENT)) {
      const query = sql<{ id: number; name: string }>`SELECT id, name FROM keys WHERE ${isOneOf(sql`name`, block)}`;
      const rows = await this.#database.read(query.compile(this.#database.sql));
      for (const row of rows) this.#remember(row.id, row.name);
    }
  }

  #remember(id: number, name: string): void {
    if (this.#ids.size >= KEYS_REMEMBERED_MAX) {
      this.#ids.clear();
      this.#names.clear();
    }
    this.#ids.set(name, id);
    this.#names.set(id, name);
  }
}
