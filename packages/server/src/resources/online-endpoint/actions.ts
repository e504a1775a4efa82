import { PlatformError } from "@lazuli/contract/errors.ts";
import { regenerateKeysSchema, type OnlineEndpointProperties } from "@lazuli/contract/resources/online-endpoint.ts";

import type { Principal } from "../../engine/access/principal.ts";
import type { Tokens } from "../../engine/access/tokens.ts";
import type { ResourceContext } from "../../engine/define-resource.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { SecretBox } from "../../engine/secrets/secret-box.ts";
import { checkKey, endpointStateSchema, newKey, openKeys, sealKeys, type EndpointState } from "./endpoint-state.ts";

type Endpoint = Resource<OnlineEndpointProperties, EndpointState>;

const TOKEN_SECONDS = 12 * 3_600;
/** Clients that ask for a new token after this much of its life never hold an expired one. */
const REFRESH_SHARE = 0.75;

export function listKeys(
  endpoint: Endpoint,
  { secretBox }: { readonly secretBox: SecretBox },
): { primaryKey: string; secondaryKey: string } {
  if (endpoint.properties.authMode !== "Key") {
    throw new PlatformError("BadRequest", `Endpoint '${endpoint.name}' takes tokens, so it has no keys.`);
  }
  const keys = openKeys(endpoint.state, endpoint.id, secretBox);
  return { primaryKey: keys.primary, secondaryKey: keys.secondary };
}

/** Replaces one key; the other stays valid, so that callers can change over. */
export async function regenerateKey(
  endpoint: Endpoint,
  body: unknown,
  { secretBox, context }: { readonly secretBox: SecretBox; readonly context: ResourceContext },
): Promise<undefined> {
  const parsed = regenerateKeysSchema.safeParse(body);
  if (!parsed.success) {
    throw new PlatformError("BadRequest", "'keyType' must be 'Primary' or 'Secondary'.", { target: "keyType" });
  }
  const { keyType, keyValue } = parsed.data;
  const chosen = keyValue == null ? undefined : checkKey(keyValue);
  await context.resources.updateState(endpoint.id, (latest) => {
    const keys = openKeys(endpointStateSchema.parse(latest.state), endpoint.id, secretBox);
    const part = keyType === "Primary" ? "primary" : "secondary";
    // The Python SDK sends the key that is to be replaced.
    const key = chosen === undefined || chosen === keys[part] ? newKey() : chosen;
    const changed = { ...keys, [part]: key };
    return sealKeys(changed, endpoint.id, secretBox);
  });
  return undefined;
}

/** A token that acts as the caller, on this endpoint alone. */
export async function issueToken(
  endpoint: Endpoint,
  principal: Principal,
  { tokens, context }: { readonly tokens: Tokens; readonly context: ResourceContext },
): Promise<Record<string, unknown>> {
  if (endpoint.properties.authMode === "Key") {
    throw new PlatformError("BadRequest", `Endpoint '${endpoint.name}' takes keys: ask for them with listKeys.`);
  }
  const accessToken = await tokens.issue({
    principal: { ...principal, scopes: [endpoint.key] },
    audience: "machineLearning",
    lifetimeSeconds: TOKEN_SECONDS,
  });
  const now = Math.floor(context.clock.now() / 1_000);
  return {
    accessToken,
    expiryTimeUtc: now + TOKEN_SECONDS,
    refreshAfterTimeUtc: now + Math.floor(TOKEN_SECONDS * REFRESH_SHARE),
    tokenType: "Bearer",
  };
}
