import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contentHeaders, parseRange } from "./file-headers.ts";

describe("content headers", () => {
  it("never let a job's file be a page of ours", () => {
    for (const name of ["report.html", "x.svg", "run.js", "noending"]) {
      const headers = contentHeaders(name, false);
      assert.equal(headers["content-type"], "text/plain; charset=utf-8", name);
      assert.equal(headers["content-security-policy"], "sandbox; default-src 'none'");
    }
  });

  it("show pictures as pictures", () => {
    assert.equal(contentHeaders("plots/roc.PNG", false)["content-type"], "image/png");
  });

  it("name a download, also in Japanese and with quotes", () => {
    assert.equal(
      contentHeaders('outputs/結果 "1".csv', true)["content-disposition"],
      `attachment; filename="__ _1_.csv"; filename*=UTF-8''%E7%B5%90%E6%9E%9C%20%221%22.csv`,
    );
  });
});

describe("byte range", () => {
  it("is cut at the end of the file", () => {
    assert.deepEqual(parseRange("bytes=2-", 10), { start: 2, end: 10 });
    assert.deepEqual(parseRange("bytes=0-99", 10), { start: 0, end: 10 });
    assert.deepEqual(parseRange("bytes=3-3", 10), { start: 3, end: 4 });
  });

  it("is refused behind the end, and passed over in other forms", () => {
    assert.equal(parseRange("bytes=10-", 10), "unsatisfiable");
    assert.equal(parseRange("bytes=0-5", 0), "unsatisfiable");
    assert.equal(parseRange("bytes=-5", 10), undefined);
    assert.equal(parseRange("bytes=1-2,4-5", 10), undefined);
  });
});
