import { timingSafeEqual } from "node:crypto";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";

import type { Principal } from "../../engine/access/principal.ts";
import type { Tokens } from "../../engine/access/tokens.ts";
import { digestKey, type ServedEndpoint } from "../../engine/serving/serving-table.ts";

export interface AuthorizeDependencies {
  readonly tokens: Tokens;
  readonly access: { assertCan(principal: Principal, action: string, id: string): Promise<void> };
}

/** Action that a token's bearer must hold on an endpoint to call it. */
const SCORE_ACTION = `${MACHINE_LEARNING}/workspaces/onlineEndpoints/score/action`;

/** Throws `Unauthenticated` for a wrong or missing key or token, `Forbidden` for a token of somebody without the right. */
export async function authorizeCaller(
  endpoint: ServedEndpoint,
  authorization: string | undefined,
  { tokens, access }: AuthorizeDependencies,
): Promise<void> {
  const presented = bearerOf(authorization);
  if (presented === undefined) {
    const wanted = endpoint.authMode === "Key" ? "one of its keys" : "a token";
    throw new PlatformError(
      "Unauthenticated",
      `The endpoint wants ${wanted} in the header 'Authorization: Bearer …', which is missing.`,
    );
  }
  if (endpoint.authMode === "Key") {
    checkKey(endpoint, presented);
    return;
  }
  const principal = await tokens.verify(presented, ["machineLearning"]);
  await access.assertCan(principal, SCORE_ACTION, endpoint.id);
}

function checkKey(endpoint: ServedEndpoint, presented: string): void {
  const digest = digestKey(presented);
  let isKnown = false;
  // Both are compared whatever the first says, so that the time taken does not tell which key was tried.
  for (const known of endpoint.keyDigests) isKnown = timingSafeEqual(known, digest) || isKnown;
  if (!isKnown) throw new PlatformError("Unauthenticated", "The key is not one of the endpoint's keys.");
}

function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(authorization?.trim() ?? "")?.[1];
}
