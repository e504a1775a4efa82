import { z } from "zod";

import type { ControlDatabase } from "./resource-store.ts";

export interface ResourceGroup {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

const bodySchema = z.object({ location: z.string(), tags: z.record(z.string(), z.string()) });

/** What callers say of resource groups. Every group is there, whether anybody said something of it or not. */
export class ResourceGroups {
  readonly #database: ControlDatabase;

  constructor(database: ControlDatabase) {
    this.#database = database;
  }

  async find(id: string): Promise<ResourceGroup | undefined> {
    const query = this.#database.sql.selectFrom("resource_groups").selectAll().where("key", "=", id.toLowerCase());
    const [row] = await this.#database.read(query);
    return row === undefined ? undefined : { id: row.id, name: row.name, ...bodySchema.parse(JSON.parse(row.body)) };
  }

  async list(subscription: string): Promise<readonly ResourceGroup[]> {
    const prefix = `/subscriptions/${subscription}/`.toLowerCase();
    const query = this.#database.sql
      .selectFrom("resource_groups")
      .selectAll()
      .where("key", ">", prefix)
      .where("key", "<", `${prefix.slice(0, -1)}0`)
      .orderBy("key");
    const rows = await this.#database.read(query);
    return rows.map((row) => ({ id: row.id, name: row.name, ...bodySchema.parse(JSON.parse(row.body)) }));
  }

  async put(group: ResourceGroup): Promise<void> {
    const { id, name, ...body } = group;
    const row = { key: id.toLowerCase(), id, name, body: JSON.stringify(body) };
    const insert = this.#database.sql.insertInto("resource_groups").values(row);
    await this.#database.write([
      insert.onConflict((conflict) => conflict.column("key").doUpdateSet({ body: row.body })),
    ]);
  }

  async remove(id: string): Promise<void> {
    const query = this.#database.sql.deleteFrom("resource_groups").where("key", "=", id.toLowerCase());
    await this.#database.write([query]);
  }
}
