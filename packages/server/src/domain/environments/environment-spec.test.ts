import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { parseCondaFile, pipVersion } from "./conda-file.ts";
import { resolveEnvironment } from "./environment-spec.ts";
import { curatedNameOfImage, pythonOfImage } from "./python-of-image.ts";

const nothingCurated = () => undefined;

describe("environment spec", () => {
  it("takes Python and packages from a conda file", () => {
    const condaFile = [
      "name: train",
      "channels: [conda-forge]",
      "dependencies:",
      "  - python=3.8.5",
      "  - pip=21.3.1",
      "  - numpy=1.22",
      "  - conda-forge::pytorch>=1.10",
      "  - cudatoolkit=11.3",
      "  - pandas ~=1.5.3",
      "  - pip:",
      "      - scikit-learn==1.1.2",
      "      - mlflow",
      "variables: {OMP_NUM_THREADS: 1}",
    ].join("\n");
    const { spec, issues } = resolveEnvironment({ name: "train:1", image: "ubuntu", condaFile }, nothingCurated);
    assert.deepEqual(issues, []);
    assert.deepEqual(
      { pythonVersion: spec.pythonVersion, requirements: spec.requirements, variables: spec.variables },
      {
        pythonVersion: "3.8.5",
        requirements: ["numpy==1.22.*", "torch>=1.10", "pandas~=1.5.3", "scikit-learn==1.1.2", "mlflow"],
        variables: { OMP_NUM_THREADS: "1" },
      },
    );
  });

  it("says what was left out and what stands in for the image", () => {
    const { substitutions } = resolveEnvironment(
      { name: "e:1", image: "python:3.11", condaFile: "dependencies: [git, numpy]" },
      nothingCurated,
    );
    assert.deepEqual(substitutions, {
      image: "'python:3.11' asked; a virtual environment with Python 3.11 used",
      conda: "left out, for they are no Python packages: git",
    });
  });

  it("fills a curated image with its packages", () => {
    const { spec } = resolveEnvironment(
      { name: "e:1", image: "mcr.microsoft.com/azureml/curated/sklearn-1.5:12" },
      (name) => (name === "sklearn-1.5" ? "dependencies: [python=3.10, scikit-learn]" : undefined),
    );
    assert.deepEqual([spec.pythonVersion, spec.requirements], ["3.10", ["scikit-learn"]]);
  });

  it("reads the Python version off an image's name", () => {
    const versions = [
      ["python:3.10", "3.10"],
      ["docker.io/python:3.9.18-slim", "3.9.18"],
      ["python", undefined],
      ["library/python:latest", undefined],
      ["mcr.microsoft.com/azureml/minimal-py312-inference:latest", "3.12"],
      ["mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04", "3.8"],
      ["mcr.microsoft.com/azureml/openmpi4.1.0-cuda11.8-cudnn8-ubuntu22.04:latest", "3.10"],
      ["ubuntu:22.04", undefined],
    ] as const;
    for (const [image, version] of versions) assert.equal(pythonOfImage(image), version, image);
    assert.equal(curatedNameOfImage("mcr.microsoft.com/azureml/minimal-py311-inference:3"), "minimal-py311-inference");
  });

  it("translates conda's versions to pip's", () => {
    const versions = [
      ["", ""],
      ["=1.2", "==1.2.*"],
      ["=1.2.3=py38_0", "==1.2.3"],
      ["==1.2.3", "==1.2.3"],
      ["==1.2.3=py38_0", "==1.2.3"],
      [">=1.2,<2", ">=1.2,<2"],
      ["1.2.*", "==1.2.*"],
      [" ~=1.5.3", "~=1.5.3"],
    ] as const;
    for (const [conda, pip] of versions) assert.equal(pipVersion(conda), pip, conda);
  });

  it("explains a conda file that is no YAML or no conda file", () => {
    assert.match(parseCondaFile("a: [").issues[0]?.message ?? "", /not valid YAML/);
    assert.match(parseCondaFile("dependencies: 3").issues[0]?.message ?? "", /'dependencies'/);
    const build = resolveEnvironment({ name: "e", build: { contextUri: "https://x/" } }, nothingCurated);
    assert.equal(build.issues[0]?.code, "DockerBuildNotSupported");
  });

  it("answers any text without throwing", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseCondaFile(text)));
    fc.assert(
      fc.property(fc.array(fc.string()), (names) => void parseCondaFile(JSON.stringify({ dependencies: names }))),
    );
  });
});
