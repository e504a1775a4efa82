import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, it } from "node:test";

import { applyRange, parseRange } from "./parse-range.ts";
import { parseStorageRequest } from "./storage-request.ts";

function requestWith(headers: Record<string, string>) {
  const raw = new IncomingMessage(new Socket());
  raw.url = "/lz1.blob.core.lazuli/c/b";
  raw.method = "GET";
  raw.headers = headers;
  return parseStorageRequest(raw, "127.0.0.1");
}

describe("range header", () => {
  const pick = (range: string, size = 10) => {
    const parsed = parseRange(requestWith({ range }));
    return parsed === undefined ? undefined : applyRange(parsed, size);
  };

  it("picks a stretch, a rest and a tail, and stops at the end", () => {
    assert.deepEqual(pick("bytes=2-4"), { start: 2, end: 5 });
    assert.deepEqual(pick("bytes=2-"), { start: 2, end: 10 });
    assert.deepEqual(pick("bytes=-3"), { start: 7, end: 10 });
    assert.deepEqual(pick("bytes=-30"), { start: 0, end: 10 });
    assert.deepEqual(pick("bytes=0-99"), { start: 0, end: 10 });
  });

  it("means the whole blob when it is malformed or names several ranges", () => {
    for (const range of ["bytes=5-4", "bytes=-", "bytes=a-b", "items=1-2", "bytes=0-1,3-4"]) {
      assert.equal(pick(range), undefined);
    }
  });

  it("is refused when the blob has none of its bytes", () => {
    for (const range of ["bytes=10-", "bytes=10-20", "bytes=-0"]) {
      assert.throws(() => pick(range), { azureCode: "InvalidRange", target: "10" });
    }
    assert.throws(() => pick("bytes=0-", 0), { azureCode: "InvalidRange" });
  });

  it("is overruled by x-ms-range", () => {
    const request = requestWith({ range: "bytes=0-1", "x-ms-range": "bytes=3-4" });
    assert.deepEqual(parseRange(request), { first: 3, last: 4 });
  });
});
