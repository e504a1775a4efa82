import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { azureWord } from "./azure-word.ts";

describe("azure word", () => {
  const schema = azureWord(["Enabled", "Disabled"]);

  it("takes any case and keeps Azure's own", () => {
    assert.equal(schema.parse("disabled"), "Disabled");
    assert.equal(schema.parse("Enabled"), "Enabled");
  });

  it("refuses other words and values", () => {
    assert.equal(schema.safeParse("maybe").success, false);
    assert.equal(schema.safeParse(true).success, false);
  });
});
