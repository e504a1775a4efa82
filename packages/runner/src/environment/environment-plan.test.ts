import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { digestPlan, planEnvironment } from "./environment-plan.ts";

const interpreter = { path: "/usr/bin/python3.10", version: "3.10.13" };

describe("plan environment", () => {
  it("takes the Python version from the spec, the conda file or the image, in this order", () => {
    const image = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04-py38-cpu:latest";
    const conda = { pythonVersion: "3.9", requirements: [], skipped: {} };
    const spec = { name: "e", requirements: [], variables: {}, image };
    assert.equal(planEnvironment({ ...spec, pythonVersion: "3.11" }, conda).pythonVersion, "3.11");
    assert.equal(planEnvironment(spec, conda).pythonVersion, "3.9");
    assert.equal(planEnvironment(spec).pythonVersion, "3.8");
    assert.equal(planEnvironment({ ...spec, image: "python:3.12-slim" }).pythonVersion, "3.12");
    assert.equal(planEnvironment({ ...spec, image: "ubuntu:22.04" }).pythonVersion, undefined);
  });

  it("leaves out files beside the conda file, and says so", () => {
    const requirements = ["-r requirements.txt", "-e .", "./pkg", "-e git+https://x.test/a.git", "numpy", "# note"];
    const plan = planEnvironment({ name: "e", requirements, variables: {} });
    assert.deepEqual(plan.requirements, ["-e git+https://x.test/a.git", "numpy"]);
    assert.deepEqual(Object.keys(plan.substitutions), ["-r requirements.txt", "-e .", "./pkg"]);
  });

  it("gives one digest to the same content under two names", () => {
    const plan = planEnvironment({ name: "a", requirements: ["numpy"], variables: {} });
    assert.equal(digestPlan(plan, interpreter), digestPlan({ ...plan, name: "b" }, interpreter));
    assert.notEqual(digestPlan(plan, interpreter), digestPlan({ ...plan, requirements: ["numpy<2"] }, interpreter));
    assert.notEqual(digestPlan(plan, interpreter), digestPlan(plan, { ...interpreter, version: "3.10.14" }));
  });
});
