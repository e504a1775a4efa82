import { createPrivateKey, type KeyObject } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8 } from "jose";
import type { CryptoKey, JWK } from "jose";

import { ensurePrivateFile } from "./private-file.ts";

/** RS256 is what Azure's clients expect to see; ES256 signs thirty times faster and is for the tokens of tasks. */
export type SigningAlgorithm = "RS256" | "ES256";

export interface SigningKey {
  readonly algorithm: SigningAlgorithm;
  readonly keyId: string;
  readonly privateKey: CryptoKey;
  /** The same key, for signing without waiting. */
  readonly signingKey: KeyObject;
  /** What the key set at the JWKS address shows. */
  readonly publicJwk: JWK;
}

export interface SigningKeys {
  readonly users: SigningKey;
  readonly tasks: SigningKey;
}

/** The keys that sign this home's tokens; made at first start, readable by the owner of the process alone. */
export async function ensureSigningKeys(folder: string): Promise<SigningKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [users, tasks] = await Promise.all([
    ensureSigningKey(join(folder, "token-signing.pem"), "RS256"),
    ensureSigningKey(join(folder, "task-token-signing.pem"), "ES256"),
  ]);
  return { users, tasks };
}

async function ensureSigningKey(path: string, algorithm: SigningAlgorithm): Promise<SigningKey> {
  await ensurePrivateFile(path, async () => {
    const pair = await generateKeyPair(algorithm, { extractable: true });
    return exportPKCS8(pair.privateKey);
  });
  const pem = await readFile(path, "utf8");
  const privateKey = await importPKCS8(pem, algorithm, { extractable: true });
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicPart } = await exportJWK(privateKey);
  const keyId = await calculateJwkThumbprint(publicPart);
  const publicJwk = { ...publicPart, kid: keyId, alg: algorithm, use: "sig" };
  return { algorithm, keyId, privateKey, signingKey: createPrivateKey(pem), publicJwk };
}
