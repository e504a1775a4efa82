import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { translateCondaFile } from "./conda-file.ts";

describe("translate conda file", () => {
  it("turns versions, channels and builds into pip's grammar", () => {
    const text = `
name: example
channels: [conda-forge]
dependencies:
  - python=3.10.4
  - numpy=1.21.2
  - pandas==1.5.3
  - scikit-learn >=1.0,<1.6
  - conda-forge::scipy 1.10.*
  - matplotlib=3.7=py310_0
  - joblib
  - pip
  - pip:
      - mlflow>=2.0
      - --extra-index-url https://example.test/simple
`;
    assert.deepEqual(translateCondaFile(text), {
      pythonVersion: "3.10.4",
      requirements: [
        "numpy==1.21.2.*",
        "pandas==1.5.3",
        "scikit-learn>=1.0,<1.6",
        "scipy==1.10.*",
        "matplotlib==3.7.*",
        "joblib",
        "pip",
        "mlflow>=2.0",
        "--extra-index-url https://example.test/simple",
        "setuptools",
      ],
      skipped: {},
    });
  });

  it("uses PyPI's names and says what it leaves out", () => {
    const text = "dependencies:\n  - pytorch=2.1\n  - py-opencv\n  - cudatoolkit=11.3\n  - libgcc-ng\n  - libsvm\n";
    const { requirements, skipped } = translateCondaFile(text);
    assert.deepEqual(requirements, ["torch==2.1.*", "opencv-python", "libsvm"]);
    assert.deepEqual(Object.keys(skipped), ["cudatoolkit", "libgcc-ng"]);
  });

  it("reads an empty file as no dependencies and refuses what is none", () => {
    assert.deepEqual(translateCondaFile("name: x\n").requirements, []);
    assert.deepEqual(translateCondaFile("dependencies:\n  - pip:\n").requirements, []);
    assert.throws(() => translateCondaFile("dependencies: 3\n"));
  });
});
