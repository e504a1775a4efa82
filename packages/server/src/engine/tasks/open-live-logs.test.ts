import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { openLiveLogs } from "./open-live-logs.ts";
import type { LiveLogs } from "./tasks.ts";

const NAME = "user_logs/std_log.txt";
const LOG = { taskId: "t", name: NAME };

async function withLogs(use: (logs: LiveLogs) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lazuli-logs-"));
  try {
    await use(openLiveLogs({ folder }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("live logs", () => {
  it("skips what a repeated delivery brings again", () =>
    withLogs(async (logs) => {
      assert.equal(await logs.append(LOG, 0, Buffer.from("one\n")), 4);
      assert.equal(await logs.append(LOG, 0, Buffer.from("one\ntwo\n")), 8);
      assert.equal(await logs.append(LOG, 4, Buffer.from("two\n")), 8);
      assert.equal(await readFile(logs.path("t", NAME), "utf8"), "one\ntwo\n");
      assert.deepEqual(await logs.list("t"), [{ name: NAME, sizeBytes: 8 }]);
      assert.equal(Buffer.from(await logs.read(LOG, 4, 7)).toString(), "two");
    }));

  it("keeps appends that arrive at once in order", () =>
    withLogs(async (logs) => {
      await Promise.all([0, 1, 2].map((index) => logs.append(LOG, index, Buffer.from(String(index)))));
      assert.equal(await readFile(logs.path("t", NAME), "utf8"), "012");
    }));

  it("refuses a gap and says where the log ends", () =>
    withLogs(async (logs) => {
      await assert.rejects(
        logs.append(LOG, 9, Buffer.from("x")),
        (error) => error instanceof PlatformError && error.code === "Conflict" && error.target === "0",
      );
    }));

  it("refuses names that would leave the task's folder", () =>
    withLogs(async (logs) => {
      for (const name of ["../a", "/a", "a/../b", "", "a//b", ".hidden"]) {
        assert.throws(() => logs.path("t", name), PlatformError);
      }
      assert.throws(() => logs.path("..", NAME), PlatformError);
    }));

  it("wakes a waiting reader on growth, on the end and on abort", () =>
    withLogs(async (logs) => {
      const never = new AbortController().signal;
      const grown = logs.changed(LOG, 0, never);
      await logs.append(LOG, 0, Buffer.from("a"));
      await grown;
      const aborter = new AbortController();
      const aborted = logs.changed(LOG, 1, aborter.signal);
      aborter.abort();
      await aborted;
      const ended = logs.changed(LOG, 1, never);
      logs.end("t");
      await ended;
    }));
});
