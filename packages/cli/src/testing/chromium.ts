import { PlatformError } from "@lazuli/contract/errors.ts";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Makes sure that the browser tests have a browser; on Debian and its kin it is installed where it is absent. */
export async function ensureChromium(write: (line: string) => void): Promise<void> {
  if (findChromium() !== undefined) return;
  const isRoot = process.getuid?.() === 0;
  if (!existsSync("/usr/bin/apt-get")) throw noBrowser();
  write("Installing Chromium for the browser tests ...\n");
  const prefix = isRoot ? [] : ["sudo", "-n"];
  const install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-noto-cjk"];
  if ((await run([...prefix, ...install])) === 0) return;
  // The list of packages may be older than the packages.
  await run([...prefix, "apt-get", "update", "-q"]);
  if ((await run([...prefix, ...install])) !== 0) throw noBrowser();
}

export function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const paths = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env["CHROMIUM_PATH"], ...paths].find((path) => path !== undefined && existsSync(path));
}

function noBrowser(): PlatformError {
  return new PlatformError(
    "Unavailable",
    "The browser tests need Chromium; get it with 'sudo apt install chromium', or set CHROMIUM_PATH.",
  );
}

function run([program = "", ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    child.on("error", () => resolve(1));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
