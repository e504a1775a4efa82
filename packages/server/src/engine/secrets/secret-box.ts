import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

import { describeError, PlatformError } from "@lazuli/contract/errors.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_FILE = "secret-box.key";
const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;
const PERMISSION_BITS = 0o777;
const PREFIX = "box1.";

/** Keeps secrets unreadable at rest: what is sealed opens only with this machine's key file and the same purpose. */
export interface SecretBox {
  /**
   * @param purpose Whose secret it is, as `storage-account/lz12`: a sealed text moved to another row does not open there.
   */
  seal(secret: string, purpose: string): string;
  /** Throws `Unavailable` when the text was sealed with another key or for another purpose. */
  open(sealed: string, purpose: string): string;
}

/**
 * Opens the box of a folder (`keys/`), making its key at first use. AES-256-GCM with a random nonce for each secret.
 *
 * The key file is readable by its owner alone; one that is not is put right.
 */
export async function openSecretBox(folder: string): Promise<SecretBox> {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  const path = join(folder, KEY_FILE);
  const key = (await findKey(path)) ?? (await makeKey(folder, path));
  return {
    seal: (secret, purpose) => seal(key, secret, purpose),
    open: (sealed, purpose) => openSealed(key, sealed, purpose),
  };
}

async function findKey(path: string): Promise<Buffer | undefined> {
  try {
    const { mode } = await stat(path);
    if ((mode & PERMISSION_BITS) !== OWNER_ONLY_FILE) await chmod(path, OWNER_ONLY_FILE);
    const key = await readFile(path);
    if (key.length === KEY_BYTES) return key;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  throw new PlatformError("Unavailable", `The key file '${path}' is damaged. Restore it from your backup.`);
}

/** Written whole before it gets its name: two servers starting at once agree on one key. */
async function makeKey(folder: string, path: string): Promise<Buffer> {
  const draft = `${path}.${randomBytes(8).toString("hex")}`;
  const file = await open(draft, "wx", OWNER_ONLY_FILE);
  try {
    await file.write(randomBytes(KEY_BYTES));
    await file.sync();
  } finally {
    await file.close();
  }
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(draft);
  const parent = await open(folder, "r");
  await parent.sync().finally(() => parent.close());
  const key = await findKey(path);
  if (key === undefined) throw new PlatformError("Unavailable", `The key file '${path}' could not be made.`);
  return key;
}

function seal(key: Buffer, secret: string, purpose: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(purpose));
  const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return PREFIX + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64url");
}

function openSealed(key: Buffer, sealed: string, purpose: string): string {
  try {
    const bytes = Buffer.from(sealed.startsWith(PREFIX) ? sealed.slice(PREFIX.length) : "", "base64url");
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch (error) {
    const reason = "it was sealed with another key. Restore the folder 'keys' that belongs to this data";
    throw new PlatformError("Unavailable", `The secret of '${purpose}' cannot be opened: ${reason}.`, {
      cause: describeError(error),
    });
  }
}
