import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const SECRET_BYTES = 32;

/** 256 random bits as text that needs no quoting in a URL, header or shell. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/**
 * What is stored of a secret. One round of SHA-256 is enough: our secrets are random and long, so there is nothing to
 * guess, and the check stays cheap on every request.
 */
export function digestSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Compares without telling by its duration how much of the secret was right. */
export function isSecret(candidate: string, digest: string): boolean {
  return timingSafeEqual(Buffer.from(digestSecret(candidate), "hex"), Buffer.from(digest, "hex"));
}
