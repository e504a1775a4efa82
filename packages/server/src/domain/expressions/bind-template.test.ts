import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { bindTemplate, type Binding } from "./bind-template.ts";
import { listExpressions, parseTemplate } from "./template.ts";

const names: Readonly<Record<string, Binding>> = {
  "inputs.epochs": { kind: "value", text: "10" },
  "inputs.data": { kind: "later" },
  "inputs.seed": { kind: "unset" },
};

function bind(text: string) {
  return bindTemplate(parseTemplate(text, "properties.command"), (path) => names[path.join(".")], {
    target: "properties.command",
    known: Object.keys(names),
  });
}

describe("bind template", () => {
  it("fills in literals and leaves paths to the node", () => {
    const { text, issues } = bind("train --epochs ${{ inputs.epochs }} --data ${{inputs.data}}");
    assert.deepEqual(issues, []);
    assert.equal(text, "train --epochs 10 --data ${{inputs.data}}");
  });

  it("drops an optional part whose input has no value", () => {
    assert.equal(
      bind("train $[[--seed ${{inputs.seed}}]] $[[--epochs ${{inputs.epochs}}]]").text,
      "train  --epochs 10",
    );
  });

  it("leaves the shell's own brackets alone", () => {
    const command = 'if [[ -f x ]]; then echo "$((1+1))" ${HOME} $[ 2 ]; fi';
    assert.deepEqual(bind(command), { text: command, issues: [] });
  });

  it("names an unknown input and the nearest known one", () => {
    const { issues } = bind("train ${{inputs.epoch}}");
    assert.deepEqual(
      issues.map(({ code, message }) => [code, message]),
      [["UnknownExpression", "'${{inputs.epoch}}' names nothing that is declared. Did you mean '${{inputs.epochs}}'?"]],
    );
  });

  it("asks for the value of an input that is used outside an optional part", () => {
    assert.deepEqual(
      bind("train ${{inputs.seed}}").issues.map(({ code }) => code),
      ["MissingValue"],
    );
  });

  it("reports what is never closed and what is no name", () => {
    for (const text of ["a ${{inputs.x", "a $[[ b", "a ${{ 1 + 2 }}", "a ${{}}"]) {
      assert.deepEqual(
        bind(text).issues.map(({ code }) => code),
        ["InvalidExpression"],
        text,
      );
    }
  });

  it("changes nothing in text without expressions", () => {
    const plain = fc.string().filter((text) => !text.includes("${{") && !text.includes("$[["));
    fc.assert(fc.property(plain, (text) => assert.equal(bind(text).text, text)));
  });

  it("answers any text without throwing, and never loses plain text around an expression", () => {
    const piece = fc.constantFrom("${{", "}}", "$[[", "]]", "inputs.data", "a", " ", ".");
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const template = parseTemplate(pieces.join(""), "command");
        assert.ok(listExpressions(template.parts).every(({ path }) => path.length > 0));
      }),
    );
  });
});
