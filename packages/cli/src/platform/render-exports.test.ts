import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";

import { renderExports } from "./render-exports.ts";

const variables = { PLAIN: "a", QUOTED: `it's "$HOME" \`id\` \\ $(id)`, SPACED: "/tmp/with space/ü" };

describe("renderExports", () => {
  it("gives a POSIX shell the values as they are, whatever they hold", () => {
    const script = `eval "$0"\nprintf '%s\\n' "$PLAIN" "$QUOTED" "$SPACED"`;
    const output = execFileSync("sh", ["-c", script, renderExports(variables, "sh")], { encoding: "utf8" });
    assert.deepEqual(output.trimEnd().split("\n"), Object.values(variables));
  });

  it("speaks the other shells' quoting", () => {
    assert.equal(renderExports({ A: `it's \\` }, "fish"), `set -gx A 'it\\'s \\\\'\n`);
    assert.equal(renderExports({ A: "it's $x" }, "powershell"), `$env:A = 'it''s $x'\n`);
    assert.equal(renderExports({ A: `"$x"` }, "dotenv"), `A="\\"\\$x\\""\n`);
    assert.deepEqual(JSON.parse(renderExports(variables, "json")), variables);
  });
});
