import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

import type { TestServer } from "./test-server.ts";

/** What a benchmark's `true` jobs are measured against. */
export interface PeerRun {
  /** As `parallel -j8`. */
  readonly name: string;
  readonly seconds: number;
}

/** Starts `true` so many times, so many at once, by GNU parallel where it is installed, else by xargs. */
export function runPeer(count: number, slots: number): PeerRun {
  const hasParallel = spawnSync("sh", ["-c", "command -v parallel"]).status === 0;
  const [program, jobs] = hasParallel ? ["parallel", `-j${slots}`] : ["xargs", `-P${slots}`];
  const input = Array.from({ length: count }, (_, index) => String(index)).join("\n");
  const start = performance.now();
  spawnSync(program, [jobs, "-n1", "true"], { input });
  return { name: `${program} ${jobs}`, seconds: (performance.now() - start) / 1000 };
}

/** The very interpreter that the server's jobs run, of the only environment that it has built. */
export function environmentPython(server: TestServer): string {
  const [python] = globSync(join(server.home, "environments/*/bin/python"));
  if (python === undefined) throw new Error("No environment has been built yet: run a job of Python first.");
  return python;
}
