import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");
const STUDIO = join(ROOT, "packages", "studio");
const BUILD_TIMEOUT_MS = 120_000;

/** Builds Studio when its sources are newer than its build, as the launcher does. */
export function ensureStudioBuilt(): void {
  const page = statSync(join(STUDIO, "dist", "index.html"), { throwIfNoEntry: false });
  if (page !== undefined && newestSource() < page.mtimeMs) return;
  execFileSync(process.execPath, [join(ROOT, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "error"], {
    cwd: STUDIO,
    timeout: BUILD_TIMEOUT_MS,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

function newestSource(): number {
  const names = readdirSync(join(STUDIO, "src"), { recursive: true, encoding: "utf8" });
  const files = [...names.map((name) => join("src", name)), "index.html", "vite.config.ts", "package.json"];
  return Math.max(...files.map((name) => statSync(join(STUDIO, name)).mtimeMs));
}
