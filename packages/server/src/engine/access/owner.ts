import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";

import { z } from "zod";

import type { Principal } from "./principal.ts";
import { ensurePrivateFile } from "./private-file.ts";

const SECRET_BYTES = 32;

const ownerFileSchema = z.object({
  tenantId: z.uuid(),
  principalId: z.uuid(),
  name: z.string().min(1),
  /** Trades for tokens at the managed-identity address. */
  secret: z.string().min(32),
});

/** Who made this home and may do everything in it. */
export interface Owner {
  readonly principal: Principal;
  readonly secret: string;
}

/** Reads the owner from `owner.json` in the keys folder (0600); makes it at first start. */
export async function ensureOwner(folder: string): Promise<Owner> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "owner.json");
  await ensurePrivateFile(path, async () =>
    JSON.stringify({
      tenantId: randomUUID(),
      principalId: randomUUID(),
      name: userInfo().username,
      secret: randomBytes(SECRET_BYTES).toString("base64url"),
    }),
  );
  const file = ownerFileSchema.parse(JSON.parse(await readFile(path, "utf8")));
  const principal: Principal = {
    id: file.principalId,
    tenantId: file.tenantId,
    name: file.name,
    kind: "user",
    scopes: undefined,
  };
  return { principal, secret: file.secret };
}
