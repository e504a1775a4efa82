import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

const en = flatten(readLocale("en"));
const ja = flatten(readLocale("ja"));

describe("locales", () => {
  it("have the same keys in every language", () => {
    assert.deepEqual(keysOf(ja), keysOf(en));
  });

  it("fill in the same values in every language", () => {
    for (const [key, text] of ja) {
      const other = en.get(key);
      if (other !== undefined) assert.deepEqual(placeholders(text), placeholders(other), key);
    }
  });

  it("have no empty text", () => {
    for (const [key, text] of [...en, ...ja]) assert.notEqual(text.trim(), "", key);
  });

  it("write Japanese without English sentences", () => {
    const english = [...ja].filter(([, text]) =>
      /[a-z]{3,} [a-z]{3,} [a-z]{3,}/i.test(text.replace(/\.\/lazuli [\w.\- ]+/, "")),
    );
    assert.deepEqual(english, []);
  });
});

function readLocale(language: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, `${language}.json`), "utf8"));
}

function flatten(value: unknown, path = ""): Map<string, string> {
  if (typeof value === "string") return new Map([[path, value]]);
  if (typeof value !== "object" || value === null) throw new Error(`'${path}' is neither text nor a group`);
  const parts = Object.entries(value).map(([key, each]) => flatten(each, path === "" ? key : `${path}.${key}`));
  return new Map(parts.flatMap((part) => [...part]));
}

/** Languages count differently: plural forms are one key. */
function keysOf(texts: Map<string, string>): string[] {
  return [...new Set([...texts.keys()].map((key) => key.replace(/_(zero|one|two|few|many|other)$/, "")))].toSorted();
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").toSorted();
}
