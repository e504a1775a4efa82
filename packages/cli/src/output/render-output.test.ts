import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { renderBar } from "./progress-bar.ts";
import { renderOutput, type OutputFormat } from "./render-output.ts";

const JOBS = [
  { name: "b", status: "Completed", tags: { team: "x" }, count: 2, creation_context: { created_at: "2026" } },
  { name: "a", status: "Failed", tags: {}, count: null, creation_context: { created_at: "2025" } },
];

function render(value: unknown, format: OutputFormat, query?: string): Promise<string> {
  return renderOutput(value, { format, query, columns: undefined });
}

describe("output", () => {
  it("prints JSON with sorted keys", async () => {
    assert.equal(
      await render({ b: 1, a: { d: 1, c: [] } }, "json"),
      `{\n  "a": {\n    "c": [],\n    "d": 1\n  },\n  "b": 1\n}\n`,
    );
  });

  it("applies the query before the format", async () => {
    assert.equal(await render(JOBS, "tsv", "[?status=='Failed'].name"), "a\n");
    assert.equal(await render(JOBS, "json", "length(@)"), "2\n");
    assert.equal(await render(JOBS, "tsv", "[].[name, count, tags]"), "b\t2\t\na\tNone\t\n");
    assert.equal(await render({ name: "x" }, "tsv", "name"), "x\n");
    await assert.rejects(render(JOBS, "json", "[?"), { code: "BadRequest", message: /'\[\?' is not a JMESPath query/ });
  });

  it("prints a table of the given columns, or of the plain values", async () => {
    assert.equal(
      await renderOutput(JOBS, {
        format: "table",
        query: undefined,
        columns: ["name", "count", "creation_context.created_at", "absent"],
      }),
      "Name  Count  CreatedAt\n----  -----  ---------\nb     2      2026\na            2025\n",
    );
    assert.equal(
      await render(JOBS[0], "table"),
      "Name  Status     Count\n----  ---------  -----\nb     Completed  2\n",
    );
    assert.equal(await render(JOBS, "table", "[].[name]"), "Column1\n-------\nb\na\n");
    assert.equal(await render([], "table"), "");
  });

  it("prints YAML, and nothing for none", async () => {
    assert.equal(await render({ a: [1, "x: y"] }, "yaml"), 'a:\n  - 1\n  - "x: y"\n');
    assert.equal(await render(JOBS, "none"), "");
    assert.equal(await render(undefined, "json"), "");
  });

  it("draws a bar that says how far an upload is", () => {
    assert.equal(
      renderBar("Uploading a", 512, 1024),
      `Uploading a  ${"█".repeat(14)}${"░".repeat(14)}  50 %  512 B of 1.0 KiB`,
    );
    assert.match(renderBar("Uploading a", 0, 0), /100 %/);
  });
});
