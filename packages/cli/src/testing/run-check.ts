import { spawn } from "node:child_process";
import { join } from "node:path";

import type { TestCounts } from "./run-tests.ts";

const CLOSING = /(\d+) passed, (\d+) failed\s*$/;

/** Runs `npm run check`: types, lint, format, architecture and unit tests. Its closing line is counted, not shown. */
export function runCheck(root: string, write: (line: string) => void): Promise<TestCounts> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "tools", "check.ts")], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", () => {
      const closing = CLOSING.exec(output);
      write(output.replace(CLOSING, ""));
      resolve({ passedCount: Number(closing?.[1] ?? 0), failedCount: Number(closing?.[2] ?? 1) });
    });
  });
}
