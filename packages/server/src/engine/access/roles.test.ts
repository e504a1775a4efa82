import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { findRole, isWithinScope, permits } from "./roles.ts";

const ML = "Microsoft.MachineLearningServices";

describe("permits", () => {
  const cases: readonly [role: string, action: string, isAllowed: boolean][] = [
    ["Owner", "Microsoft.Authorization/roleAssignments/write", true],
    ["Contributor", "Microsoft.Authorization/roleAssignments/write", false],
    ["Contributor", "Microsoft.Authorization/roleAssignments/read", true],
    ["Contributor", `${ML}/workspaces/write`, true],
    ["Reader", `${ML}/workspaces/jobs/read`, true],
    ["Reader", `${ML}/workspaces/jobs/readers`, false],
    ["Reader", `${ML}/workspaces/onlineEndpoints/score/action`, false],
    ["Reader", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", false],
    ["AzureML Data Scientist", `${ML}/workspaces/jobs/write`, true],
    ["AzureML Data Scientist", `${ML}/workspaces/read`, true],
    ["AzureML Data Scientist", `${ML}/workspaces/write`, false],
    ["AzureML Data Scientist", `${ML}/workspaces/computes/gpu/write`, false],
    ["AzureML Data Scientist", `${ML}/workspaces/computes/read`, true],
    ["AzureML Data Scientist", `${ML}/workspaces/LISTKEYS/action`, false],
  ];
  for (const [name, action, isAllowed] of cases) {
    it(`answers ${isAllowed} for ${name} and '${action}'`, () => {
      const role = findRole(name);
      assert.ok(role !== undefined);
      assert.equal(permits(role, action), isAllowed);
    });
  }
});

describe("isWithinScope", () => {
  it("goes by whole path parts, whatever their case", () => {
    assert.equal(isWithinScope("/subscriptions/A/x", "/subscriptions/a"), true);
    assert.equal(isWithinScope("/subscriptions/a", "/subscriptions/a/"), true);
    assert.equal(isWithinScope("/subscriptions/ab", "/subscriptions/a"), false);
    assert.equal(isWithinScope("/subscriptions/a", "/subscriptions/a/x"), false);
    assert.equal(isWithinScope("/subscriptions/a", "/"), true);
  });
});
