import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { startBlobService, TEST_ACCOUNT, TEST_TOKEN, type BlobService } from "../support/blob-service.ts";
import { MOUNT_REFUSED, mountSmallDisk } from "../support/small-disk.ts";

const DISK = "16m";
const BLOB_BYTES = 1_500_000;

describe("a blob service on a full disk", { timeout: 120_000 }, async () => {
  const disk = await mountSmallDisk(DISK);
  const home = disk.folder;
  const skip = disk.isMounted ? false : MOUNT_REFUSED;
  const headers = { authorization: `Bearer ${TEST_TOKEN}`, "x-ms-blob-type": "BlockBlob" };
  const kept = new Map<string, Buffer>();
  let service: BlobService;

  before(async () => {
    service = await startBlobService({ home });
    await service.store.ensureContainer(TEST_ACCOUNT, "data");
  });
  after(async () => {
    await service.close();
    await disk.remove();
  });

  const put = (name: string, body: Buffer<ArrayBuffer>) =>
    fetch(`${service.url}/data/${name}`, { method: "PUT", headers, body });
  const get = async (name: string) =>
    Buffer.from(await (await fetch(`${service.url}/data/${name}`, { headers })).arrayBuffer());

  it("refuses with 507 what does not fit, and leaves no temporary file", { skip }, async () => {
    let status = 201;
    for (let index = 0; status === 201; index++) {
      const body = randomBytes(BLOB_BYTES);
      const answer = await put(`n${index}`, body);
      status = answer.status;
      if (status === 201) kept.set(`n${index}`, body);
      else assert.equal(answer.headers.get("x-ms-error-code"), "InsufficientAccountStorage");
    }
    assert.equal(status, 507);
    assert.ok(kept.size >= 3);
    assert.deepEqual(await readdir(join(home, "objects", "incoming")), []);
    assert.equal((await service.listFiles()).length, kept.size);
  });

  it(
    "still has every blob that it acknowledged, and the old one where an overwrite did not fit",
    { skip },
    async () => {
      assert.equal((await put("n0", randomBytes(BLOB_BYTES))).status, 507);
      for (const [name, body] of kept) assert.deepEqual(await get(name), body);
    },
  );

  it("survives a disk so full that not even a small blob or its row fits", { skip }, async () => {
    const acknowledged: string[] = [];
    let refusedCount = 0;
    for (let index = 0; refusedCount < 20 && index < 20_000; index++) {
      const answer = await put(`small${index}`, Buffer.from(`small${index}`));
      if (answer.status === 201) acknowledged.push(`small${index}`);
      else assert.equal(answer.status, 507);
      refusedCount = answer.status === 201 ? 0 : refusedCount + 1;
    }
    assert.equal(refusedCount, 20);
    for (const name of acknowledged) assert.equal((await get(name)).toString(), name);
  });

  it("works again when space was made", { skip }, async () => {
    const first = await fetch(`${service.url}/data/n1`, { method: "DELETE", headers });
    assert.ok([202, 507].includes(first.status));
    if (first.status === 507) {
      execFileSync("mount", ["-o", "remount,size=24m", home]);
      assert.equal((await fetch(`${service.url}/data/n1`, { method: "DELETE", headers })).status, 202);
    }
    await service.store.idle();
    const body = randomBytes(BLOB_BYTES / 2);
    assert.equal((await put("after", body)).status, 201);
    assert.deepEqual(await get("after"), body);
    assert.deepEqual(service.errors, []);
  });
});
