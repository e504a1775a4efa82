import { randomBytes } from "node:crypto";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import type { SecretBox } from "../../engine/secrets/secret-box.ts";

export const endpointStateSchema = z.object({
  /** Both keys as JSON, sealed. Empty before the first admission. */
  sealedKeys: z.string(),
});

export type EndpointState = z.infer<typeof endpointStateSchema>;

const keysSchema = z.object({ primary: z.string(), secondary: z.string() });

export type EndpointKeys = z.infer<typeof keysSchema>;

const KEY_BYTES = 24;
const KEY_LENGTH_MIN = 16;
const KEY_LENGTH_MAX = 256;

export function newKey(): string {
  return randomBytes(KEY_BYTES).toString("base64url");
}

/** A key that the user chose. Throws `BadRequest` for one that is too easily guessed or cannot stand in a header. */
export function checkKey(key: string): string {
  if (key.length >= KEY_LENGTH_MIN && key.length <= KEY_LENGTH_MAX && /^[\x21-\x7e]+$/.test(key)) return key;
  throw new PlatformError(
    "BadRequest",
    `The key must have ${KEY_LENGTH_MIN} to ${KEY_LENGTH_MAX} visible ASCII characters without spaces.`,
    { target: "keyValue" },
  );
}

export function sealKeys(keys: EndpointKeys, endpointId: string, box: SecretBox): EndpointState {
  return { sealedKeys: box.seal(JSON.stringify(keys), purposeOf(endpointId)) };
}

export function openKeys(state: EndpointState, endpointId: string, box: SecretBox): EndpointKeys {
  return keysSchema.parse(JSON.parse(box.open(state.sealedKeys, purposeOf(endpointId))));
}

function purposeOf(endpointId: string): string {
  return `online-endpoint${endpointId.toLowerCase()}`;
}
