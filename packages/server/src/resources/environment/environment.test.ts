import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { EnvironmentVersion } from "@lazuli/contract/resources/environment.ts";

import { systemClock } from "../../base/clock.ts";
import { silentLog } from "../../base/log.ts";
import { systemPrincipal } from "../../engine/access/principal.ts";
import type { ResourceContext } from "../../engine/define-resource.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { Resources } from "../../engine/resources/resources.ts";
import { environmentVersionResource } from "./environment.ts";

const ID =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/environments/e/versions/1";
const definition = environmentVersionResource();

describe("environment version", () => {
  const first: EnvironmentVersion = { image: "python:3.11", condaFile: "dependencies: [numpy]", osType: "Linux" };

  it("accepts the same content again, and a change of description, tags and archiving", async () => {
    await admit(first, first);
    await admit({ ...first, description: "x", tags: { a: "b" }, isArchived: true }, first);
  });

  it("refuses other content under an existing version as a conflict", async () => {
    await assert.rejects(admit({ ...first, condaFile: "dependencies: [scipy]" }, first), {
      code: "Conflict",
      message: "Version '1' of environment 'e' already exists with other content; use another version.",
    });
  });

  it("refuses an environment of nothing and a conda file that is none", async () => {
    await assert.rejects(admit({}), { code: "BadRequest", target: "properties.image" });
    await assert.rejects(admit({ image: "python", condaFile: "dependencies: 7" }), { target: "properties.condaFile" });
  });
});

async function admit(properties: EnvironmentVersion, before?: EnvironmentVersion) {
  const existing = before === undefined ? undefined : resourceOf(before);
  const request = { id: ID, name: "1", properties, envelope: {}, existing, principal: systemPrincipal };
  return definition.admit?.(request, context);
}

function resourceOf(properties: EnvironmentVersion): Resource<EnvironmentVersion, Record<string, never>> {
  return {
    id: ID,
    key: ID.toLowerCase(),
    type: "workspaces/environments/versions",
    name: "1",
    parentKey: "",
    ownerKey: undefined,
    envelope: {},
    properties,
    state: {},
    provisioningState: "Succeeded",
    revision: 1,
    generation: 1,
    createdAt: 0,
    createdBy: "",
    updatedAt: 0,
    updatedBy: "",
    deletedAt: undefined,
  };
}

function unused(): never {
  throw new Error("Admission reads no other resource.");
}

const resources: Resources = {
  find: unused,
  get: unused,
  list: unused,
  put: unused,
  remove: unused,
  updateState: unused,
  wake: unused,
};
const context: ResourceContext = { resources, clock: systemClock, log: silentLog, newId: () => "id" };
