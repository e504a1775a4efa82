import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { environmentVersionSchema } from "@lazuli/contract/resources/environment.ts";

import { resolveEnvironment } from "../../domain/environments/environment-spec.ts";
import { loadCuratedEnvironments } from "./curated-environments.ts";

const FOLDER = join(import.meta.dirname, "../../../../../curated/environments");

describe("curated environments", () => {
  it("are all well formed and resolve without an issue", async () => {
    const environments = await loadCuratedEnvironments(FOLDER);
    assert.ok(environments.length >= 10);
    for (const { name, properties } of environments) {
      const resolved = resolveEnvironment({ name, ...environmentVersionSchema.parse(properties) }, () => undefined);
      assert.deepEqual(resolved.issues, [], name);
      assert.notEqual(resolved.spec.pythonVersion, undefined, name);
    }
  });

  it("hold Azure's pins for scikit-learn 1.5", async () => {
    const environment = (await loadCuratedEnvironments(FOLDER)).find(({ name }) => name === "sklearn-1.5");
    const source = { name: "sklearn-1.5", ...environmentVersionSchema.parse(environment?.properties) };
    const { spec } = resolveEnvironment(source, () => undefined);
    assert.equal(spec.pythonVersion, "3.10");
    for (const pin of ["pandas~=1.5.3", "scikit-learn~=1.5.0", "numpy~=1.22.0"]) {
      assert.ok(spec.requirements.includes(pin), pin);
    }
  });

  it("name the file and the field that is wrong", async () => {
    const folder = await mkdtemp(join(tmpdir(), "curated-"));
    await writeFile(join(folder, "broken.yaml"), "name: broken\nversion: '1'\n");
    await assert.rejects(loadCuratedEnvironments(folder), /'broken.yaml' is wrong at 'description'/);
  });
});
