import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Options } from "../options.ts";
import { editValue } from "./update-entity.ts";

describe("update", () => {
  const value = { tags: { a: "1" }, list: ["x"], properties: {} };

  it("sets, adds and removes in Azure's grammar", () => {
    assert.deepEqual(editValue(value, new Options({ set: ["tags.b=2", "list[0]=y"] })).tags, { a: "1", b: 2 });
    assert.deepEqual(editValue(value, new Options({ add: ["list", "z", '{"k": 1}'] })).list, ["x", "z", { k: 1 }]);
    assert.deepEqual(editValue(value, new Options({ add: ["tags", "team=vision"] })).tags, { a: "1", team: "vision" });
    assert.deepEqual(editValue(value, new Options({ remove: ["tags.a"] })).tags, {});
    assert.deepEqual(editValue(value, new Options({ remove: ["list", "0"] })).list, []);
  });

  it("keeps text that looks like a number with --force-string", () => {
    assert.deepEqual(editValue(value, new Options({ set: ["tags.v=1.10"], forceString: true })).tags, {
      a: "1",
      v: "1.10",
    });
  });

  it("says what cannot be done", () => {
    assert.throws(() => editValue(value, new Options({ remove: ["tags.nothing"] })), { code: "NotFound" });
    assert.throws(() => editValue(value, new Options({ set: ["tags"] })), {
      code: "BadRequest",
      message: /path\.to\.key=value/,
    });
    assert.throws(() => editValue(value, new Options({ set: ["list.7=x"] })), { code: "BadRequest" });
  });
});

describe("options", () => {
  it("reads pairs however they are written", () => {
    assert.deepEqual(new Options({ traffic: "blue=90 green=10" }).pairs("traffic"), { blue: "90", green: "10" });
    assert.deepEqual(new Options({ tags: ["a=b c", "d=e"] }).pairs("tags"), { a: "b c", d: "e" });
    assert.throws(() => new Options({ tags: ["oops"] }).pairs("tags"), {
      message: "'--tags' takes key=value, not 'oops'.",
    });
  });

  it("names the flag that is missing or wrong", () => {
    assert.throws(() => new Options({}).requireText("resourceGroup"), {
      message: "The option '--resource-group' is missing; --help shows how it is used.",
    });
    assert.throws(() => new Options({ maxResults: "x" }).count("maxResults"), { message: /must be a whole number/ });
  });
});
