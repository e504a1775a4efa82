import { randomUUID } from "node:crypto";
import { access, link, open, rm } from "node:fs/promises";

const OWNER_ONLY = 0o600;

/**
 * Writes a secret that only the user of this process can read, unless the file exists. Whole or not at all, also when
 * the machine stops halfway or another process makes it at the same moment.
 */
export async function ensurePrivateFile(path: string, makeContent: () => Promise<string>): Promise<void> {
  if (await exists(path)) return;
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, "wx", OWNER_ONLY);
  try {
    await file.writeFile(await makeContent());
    await file.sync();
    await file.close();
    await link(draft, path);
  } catch (error) {
    if (!(await exists(path))) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
