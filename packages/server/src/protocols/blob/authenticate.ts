import { PlatformError } from "@lazuli/contract/errors.ts";

import type { Audience } from "../../engine/access/tokens.ts";
import type { BlobProtocolDependencies } from "./blob-protocol-dependencies.ts";
import type { Grant } from "./grant.ts";
import { verifySharedKey } from "./shared-key.ts";
import type { StorageOperation } from "./storage-operation.ts";
import { findHeader, type StorageRequest } from "./storage-request.ts";
import { verifySas } from "./verify-sas.ts";

const BEARER = /^Bearer +(\S+)$/i;
const AUDIENCES: readonly Audience[] = ["storage", "management", "task"];

/**
 * Who is calling and may they: SAS, shared key or bearer token, in this order.
 * Throws `Unauthenticated` without any of them, `Forbidden` for one that does not hold or does not suffice.
 */
export async function authenticate(
  request: StorageRequest,
  operation: StorageOperation,
  dependencies: BlobProtocolDependencies,
): Promise<Grant> {
  if (request.query.has("sig")) {
    const key = await findKey(request, dependencies);
    return verifySas(request, operation, { key, now: dependencies.clock.now() });
  }
  const authorization = findHeader(request, "authorization");
  if (authorization === undefined) {
    throw new PlatformError("Unauthenticated", "The request has no credentials. Send a SAS, a shared key or a token.");
  }
  if (authorization.startsWith("SharedKey ")) {
    const key = await findKey(request, dependencies);
    verifySharedKey(request, authorization, { key, now: dependencies.clock.now() });
    return { kind: "sharedKey" };
  }
  return authenticateBearer(request, authorization, { operation, dependencies });
}

async function authenticateBearer(
  request: StorageRequest,
  authorization: string,
  parts: { readonly operation: StorageOperation; readonly dependencies: BlobProtocolDependencies },
): Promise<Grant> {
  const token = BEARER.exec(authorization)?.[1];
  const principal = await parts.dependencies.tokens.verify(token, AUDIENCES).catch((error: unknown) => {
    if (!(error instanceof PlatformError) || error.code !== "Unauthenticated") throw error;
    throw new PlatformError("Unauthenticated", error.message, { azureCode: "InvalidAuthenticationInfo", cause: error });
  });
  const { account, container, name } = request;
  await parts.dependencies.authorize(principal, { account, container, name, kind: parts.operation.access });
  return { kind: "bearer", principal };
}

/** An unknown account fails like a wrong key: nobody learns which accounts exist. */
async function findKey(request: StorageRequest, dependencies: BlobProtocolDependencies): Promise<string> {
  if (await dependencies.blobs.hasAccount(request.account)) return dependencies.blobs.accountKey(request.account);
  throw new PlatformError("Forbidden", "Server failed to authenticate the request: the signature does not match.", {
    azureCode: "AuthenticationFailed",
  });
}
