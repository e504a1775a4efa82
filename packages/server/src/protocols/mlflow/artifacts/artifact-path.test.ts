import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";

import { parseArtifactPath, parseArtifactUri, splitRunPath } from "./artifact-path.ts";

const ESCAPES = [
  "..",
  "../x",
  "a/../b",
  "a/..",
  "./a",
  "a/./b",
  "/etc/passwd",
  "//host/share",
  "a//b",
  "a/",
  "C:/windows",
  "c:",
  "a\\..\\b",
  "..\\..\\x",
  "%2e%2e/x",
  "%2e%2e%2fx",
  "%252e%252e%252fx",
  "%25252e%25252e%25252fx",
  "a%2f..%2fb",
  "a%5c..%5cb",
  "a%00b",
  "a\u0000b",
  "a\nb",
  "model#../../etc",
  "model?x=1",
  "model%23..%2f..",
  "%2fetc%2fpasswd",
  "a%2f",
  `%${"25".repeat(20)}2e`,
  "a".repeat(2_000),
];

describe("artifact path", () => {
  it("refuses every way out, however it is encoded", () => {
    for (const path of ESCAPES) {
      assert.throws(
        () => parseArtifactPath(path),
        (error) => error instanceof PlatformError && error.code === "BadRequest",
        JSON.stringify(path),
      );
    }
  });

  it("keeps ordinary names as they are", () => {
    const names = [
      "ExperimentRun/dcid.a/model/MLmodel",
      "a b/ü.txt",
      "100%/x",
      "a..b",
      "...",
      ".hidden",
      "xy:z",
      "a+b=c&d",
    ];
    for (const path of names) assert.equal(parseArtifactPath(path).join("/"), path);
    assert.deepEqual(parseArtifactPath(""), []);
  });

  it("takes only URIs of our own store", () => {
    assert.deepEqual(parseArtifactUri("mlflow-artifacts:/Models/m-1/"), ["Models", "m-1"]);
    assert.deepEqual(parseArtifactUri("mlflow-artifacts:///Models/m-1"), ["Models", "m-1"]);
    for (const uri of [
      "file:///etc",
      "mlflow-artifacts:/../x",
      "mlflow-artifacts:/a#b",
      "mlflow-artifacts:",
      "/etc",
      "mlflow-artifacts://host/a",
    ]) {
      assert.throws(() => parseArtifactUri(uri), PlatformError, uri);
    }
  });

  it("knows the run of a path", () => {
    assert.deepEqual(splitRunPath(["ExperimentRun", "dcid.r1", "model", "MLmodel"]), {
      runId: "r1",
      rest: ["model", "MLmodel"],
    });
    assert.equal(splitRunPath(["Models", "m-1"]), undefined);
  });
});
