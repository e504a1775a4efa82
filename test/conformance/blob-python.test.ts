import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";

import { startBlobService, type BlobService } from "../support/blob-service.ts";
import { pythonEnvironment } from "../support/python.ts";

const SCRIPT = join(import.meta.dirname, "python", "blob_client", "checks.py");
const CHECKS = {
  check_upload_and_download: "uploads with properties, downloads whole and in ranges",
  check_no_overwrite: "is told that a blob exists when it may not overwrite",
  check_large_staged_upload: "stages 70 MiB in blocks at the same time and reads it back in parallel",
  check_unknown_length: "uploads content of unknown length",
  check_listing: "lists by prefix, by folder and page by page",
  check_odd_names: "keeps odd names as they are",
  check_conditions: "honours conditions and says what is missing",
  check_append_and_copy: "appends, copies and commits blocks by hand",
  check_own_sas: "works with the SAS that it signs itself, as far as they allow",
};

describe("azure-storage-blob for Python", { timeout: 300_000 }, () => {
  let service: BlobService;
  const problems = new Map<string, string>();

  before(async () => {
    service = await startBlobService();
    const python = await pythonEnvironment("3.11", ["azure-storage-blob==12.31.1"]);
    const child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
    const settings = { connection: service.connectionString, url: service.url, key: service.accountKey };
    child.stdin.end(JSON.stringify(settings));
    for (const line of (await text(child.stdout)).split("\n").filter((output) => output !== "")) {
      const { check, problem }: { check: string; problem: string } = JSON.parse(line);
      problems.set(check, problem);
    }
  });
  after(() => service.close());

  for (const [check, behaviour] of Object.entries(CHECKS)) {
    it(behaviour, () => assert.equal(problems.get(check), ""));
  }

  it("has caused no error in the server's log and left no temporary file", async () => {
    assert.deepEqual(service.errors, []);
    await service.store.idle();
    const files = await service.listFiles();
    assert.equal(new Set(files).size, files.length);
  });
});
