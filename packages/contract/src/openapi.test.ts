import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { catalog } from "./catalog.ts";
import { renderOpenApi } from "./openapi.ts";

describe("openapi", () => {
  const document = JSON.stringify(renderOpenApi("1.2.3"));

  it("names every type of the catalog with its schema and example", () => {
    for (const type of catalog) {
      const [last = ""] = type.type.split("/").slice(-1);
      assert.ok(document.includes(`/${last}/{`), type.type);
      assert.ok(document.includes(JSON.stringify(type.example)), type.type);
    }
  });

  it("refers to no schema that it does not hold", () => {
    const references = new Set([...document.matchAll(/#\/components\/schemas\/(\w+)/g)].map((match) => match[1]));
    for (const name of references) assert.ok(document.includes(`"${name ?? ""}":{"type":"object"`), name);
  });
});

describe("catalog", () => {
  it("has an example for every type that its own schema accepts", () => {
    for (const type of catalog) {
      const parsed = type.properties.safeParse(type.example.properties);
      assert.equal(parsed.success, true, `${type.type}: ${JSON.stringify(parsed.error?.issues)}`);
    }
  });

  it("names each type once", () => {
    const names = catalog.map((type) => type.type.toLowerCase());
    assert.equal(new Set(names).size, names.length);
  });
});
