import { randomBytes, randomUUID } from "node:crypto";

/** Hard to confuse when read aloud: no `i`, `l`, `o`, `u`. 32 of them, so five bits each. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const ID_LENGTH = 20;

/** Opaque random id of 20 lower-case letters and digits (100 bits). */
export function randomId(): string {
  return Array.from(randomBytes(ID_LENGTH), (byte) => ALPHABET[byte & 31]).join("");
}

/** Random GUID, where Azure's clients expect one. */
export function randomGuid(): string {
  return randomUUID();
}
