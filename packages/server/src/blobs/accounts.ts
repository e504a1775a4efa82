import { randomBytes } from "node:crypto";

import { PlatformError } from "@lazuli/contract/errors.ts";

import type { BlobContext } from "./blob-context.ts";

const KEY_BYTES = 64;
const NAME = /^[a-z0-9]{3,24}$/;

/** Seals account keys at rest; the engine's secret box is one. */
export interface KeyBox {
  seal(secret: string, purpose: string): string;
  open(sealed: string, purpose: string): string;
}

/** Storage accounts and their shared keys. */
export class Accounts {
  readonly #context: BlobContext;
  readonly #box: KeyBox;
  /** Opened keys: every signed request needs one. Bounded by the number of accounts. */
  readonly #keys = new Map<string, string>();

  constructor(context: BlobContext, box: KeyBox) {
    this.#context = context;
    this.#box = box;
  }

  /** Throws `BadRequest` unless the name has 3 to 24 lower-case letters and digits. */
  async ensure(account: string): Promise<void> {
    if (!NAME.test(account)) {
      throw new PlatformError(
        "BadRequest",
        `Storage account '${account}' needs 3 to 24 lower-case letters and digits.`,
      );
    }
    if ((await this.#findSealedKey(account)) !== undefined) return;
    const { database, clock } = this.#context;
    const key = randomBytes(KEY_BYTES).toString("base64");
    const row = { name: account, sealed_key: this.#box.seal(key, purpose(account)), created_at: clock.now() };
    const insert = database.sql.insertInto("storage_accounts").values(row);
    await database.write([insert.onConflict((conflict) => conflict.doNothing())]);
  }

  async exists(account: string): Promise<boolean> {
    return this.#keys.has(account) || (await this.#findSealedKey(account)) !== undefined;
  }

  /** Base64. Throws `NotFound`. */
  async key(account: string): Promise<string> {
    const known = this.#keys.get(account);
    if (known !== undefined) return known;
    const sealed = await this.#findSealedKey(account);
    if (sealed === undefined) {
      throw new PlatformError("NotFound", `Storage account '${account}' does not exist.`, {
        azureCode: "ResourceNotFound",
      });
    }
    const key = this.#box.open(sealed, purpose(account));
    this.#keys.set(account, key);
    return key;
  }

  /** The key is gone and its signatures are void when this resolves. Containers are their own matter. */
  async remove(account: string): Promise<void> {
    const { database } = this.#context;
    await database.write([database.sql.deleteFrom("storage_accounts").where("name", "=", account)]);
    this.#keys.delete(account);
  }

  async #findSealedKey(account: string): Promise<string | undefined> {
    const { database } = this.#context;
    const query = database.sql.selectFrom("storage_accounts").select("sealed_key").where("name", "=", account);
    const [row] = await database.read(query);
    return row?.sealed_key;
  }
}

function purpose(account: string): string {
  return `storage-account/${account}`;
}
