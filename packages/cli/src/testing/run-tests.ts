import { globSync } from "node:fs";
import { relative } from "node:path";
import { run } from "node:test";

import type { TestGroup } from "./test-groups.ts";

export interface TestCounts {
  readonly passedCount: number;
  readonly failedCount: number;
}

export interface RunOptions {
  readonly root: string;
  /** Part of a path: only files whose path holds it. */
  readonly filter: string | undefined;
  readonly write: (line: string) => void;
}

/** Longest time for one test file; installs of Python environments on a cold cache are the slowest thing in it. */
const FILE_TIMEOUT_MS = 30 * 60_000;

/** Runs the files of a group, each in its own process, and writes every failure as it happens. */
export async function runTestGroup(group: TestGroup, options: RunOptions): Promise<TestCounts> {
  const { root, filter, write } = options;
  const found = globSync([...group.files], { cwd: root, exclude: ["**/node_modules/**"] }).toSorted();
  const files = found.filter((file) => filter === undefined || file.includes(filter));
  if (files.length === 0) return { passedCount: 0, failedCount: 0 };
  const startedAt = performance.now();
  let passedCount = 0;
  let failedCount = 0;
  const events = run({ files, cwd: root, concurrency: group.concurrency, timeout: FILE_TIMEOUT_MS });
  for await (const event of events) {
    if (event.type === "test:pass" && event.data.details.type !== "suite" && event.data.skip === undefined)
      passedCount += 1;
    if (event.type !== "test:fail" || event.data.details.type === "suite") continue;
    failedCount += 1;
    const { file, line, name, details } = event.data;
    const place = file === undefined ? "" : `${relative(root, file)}:${line ?? 0}  `;
    write(`FAILED  ${place}${name}\n${indent(describeFailure(details.error))}\n`);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  write(`${group.name.padEnd(12)} ${passedCount} passed, ${failedCount} failed in ${seconds} s\n`);
  return { passedCount, failedCount };
}

function describeFailure(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? error.message);
}

function indent(text: string): string {
  return text.replace(/^/gm, "    ");
}
