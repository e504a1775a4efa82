import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

import { chromium, type Browser } from "playwright-core";

const EXECUTABLES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"] as const;
const INSTALL_TIMEOUT_MS = 300_000;

/** Without these, a headless Chromium calls home at every start. */
const QUIET = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
] as const;

/** A headless Chromium with Japanese fonts; installed through apt where the machine has none and lets us. */
export async function openChromium(): Promise<Browser> {
  const executablePath = findChromium() ?? installChromium();
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, args: isRoot ? [...QUIET, "--no-sandbox"] : [...QUIET] });
}

function findChromium(): string | undefined {
  return EXECUTABLES.find((path) => existsSync(path));
}

function installChromium(): string {
  const apt = (...args: string[]) =>
    execFileSync("apt-get", ["-qq", ...args], {
      timeout: INSTALL_TIMEOUT_MS,
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  try {
    apt("update");
    apt("install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk");
  } catch (error) {
    throw new Error("Chromium is missing; install it with 'apt-get install chromium fonts-noto-cjk'.", {
      cause: error,
    });
  }
  const found = findChromium();
  if (found === undefined) throw new Error("apt installed no Chromium where it is looked for.");
  return found;
}
