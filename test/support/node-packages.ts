import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { TEST_CACHE } from "./python.ts";

const run = promisify(execFile);

/** Folder whose `node_modules` holds these packages (`name@version`), installed once and kept; scripts in it find them. */
export async function nodePackages(packages: readonly string[]): Promise<string> {
  const digest = createHash("sha256").update(JSON.stringify(packages)).digest("hex").slice(0, 16);
  const folder = join(TEST_CACHE, "node", digest);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, "package.json"), "{}");
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...packages], { cwd: draft });
  await rename(draft, folder).catch(async () => rm(draft, { recursive: true, force: true }));
  return folder;
}
