import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { LargeRows } from "./large-rows.ts";
import { toRow } from "./resource-row.ts";
import type { Resource } from "./resource.ts";

function resource(changes: Partial<Resource>): Resource {
  return {
    id: "/p",
    key: "/p",
    type: "workspaces/jobs",
    name: "p",
    parentKey: "/",
    ownerKey: undefined,
    envelope: {},
    properties: { text: "x".repeat(20_000) },
    state: {},
    provisioningState: "Succeeded",
    revision: 1,
    generation: 1,
    createdAt: 1,
    createdBy: "a",
    updatedAt: 1,
    updatedBy: "a",
    deletedAt: undefined,
    ...changes,
  };
}

describe("large rows", () => {
  it("are parsed once while they stay the same", () => {
    const rows = new LargeRows();
    const row = toRow(resource({}), null);
    assert.equal(rows.toResource(row), rows.toResource({ ...row }));
  });

  it("are parsed anew after a write, and when another resource took the name", () => {
    const rows = new LargeRows();
    rows.toResource(toRow(resource({}), null));
    assert.deepEqual(rows.toResource(toRow(resource({ revision: 2, state: { at: 2 } }), null)).state, { at: 2 });
    const again = resource({ revision: 2, createdAt: 9, state: { at: 9 } });
    assert.deepEqual(rows.toResource(toRow(again, null)).state, { at: 9 });
  });

  it("leave small rows alone", () => {
    const rows = new LargeRows();
    const row = toRow(resource({ properties: {} }), null);
    assert.notEqual(rows.toResource(row), rows.toResource(row));
  });
});
