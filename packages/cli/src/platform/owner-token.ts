import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { ServerFile } from "@lazuli/contract/shared/server-file.ts";
import { z } from "zod";

import { requestServer } from "./request-server.ts";

const ownerSchema = z.object({ secret: z.string(), tenantId: z.string() });
const tokenSchema = z.object({ access_token: z.string(), expires_on: z.coerce.number() });
const refusalSchema = z.object({ message: z.string() });

export interface OwnerSecret {
  readonly secret: string;
  readonly tenantId: string;
}

export interface TokenOrder {
  /** The audience, as `https://management.azure.com`. */
  readonly resource: string;
  readonly lifetimeSeconds?: number;
}

export interface OwnerToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The owner's secret from the data directory. Throws `Forbidden` when this user may not read it. */
export async function readOwnerSecret(home: string): Promise<OwnerSecret> {
  const path = join(home, "keys", "owner.json");
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    throw new PlatformError(
      "Forbidden",
      `The owner's secret '${path}' cannot be read; run this as the user who started the server.`,
      { cause: error },
    );
  }
}

/** Trades the owner's secret for an access token. */
export async function fetchOwnerToken(home: string, server: ServerFile, order: TokenOrder): Promise<OwnerToken> {
  const { secret } = await readOwnerSecret(home);
  const query = new URLSearchParams({ "api-version": "2019-08-01", resource: order.resource });
  if (order.lifetimeSeconds !== undefined) query.set("lifetime_seconds", String(order.lifetimeSeconds));
  const headers = { "x-identity-header": secret };
  const answer = await requestServer(server, { path: `/identity/token?${query.toString()}`, headers });
  if (answer.status === 200) {
    const { access_token: token, expires_on: expiresOn } = tokenSchema.parse(JSON.parse(answer.body));
    return { token, expiresAt: expiresOn * 1000 };
  }
  const refusal = refusalSchema.safeParse(JSON.parse(answer.body));
  throw new PlatformError("Unauthenticated", refusal.data?.message ?? `The server answered ${answer.status}.`);
}
