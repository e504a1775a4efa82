import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { describeFailure, tailLines } from "./describe-failure.ts";

const FAILED = { exitCode: 1, signal: undefined };

describe("describe failure", () => {
  it("says it in the words of the last Python traceback", () => {
    const tail = [
      "Traceback (most recent call last):",
      '  File "a.py", line 1, in <module>',
      "KeyError: 'first'",
      "",
      "During handling of the above exception, another exception occurred:",
      "",
      "Traceback (most recent call last):",
      '  File "a.py", line 3, in <module>',
      "    raise ValueError(",
      "ValueError: the column 'age' is missing",
      "some output of an exit handler",
    ].join("\n");
    const error = describeFailure(FAILED, tail);
    assert.equal(error.message, "ValueError: the column 'age' is missing");
    assert.deepEqual([error.category, error.exitCode, error.logTail.length], ["user", 1, 11]);
  });

  it("names the package to add when an import fails", () => {
    const tail = "Traceback (most recent call last):\n  x\nModuleNotFoundError: No module named 'lightgbm.basic'\n";
    assert.match(describeFailure(FAILED, tail).hint ?? "", /Package 'lightgbm'/);
  });

  it("says exit code and signal when there is no traceback", () => {
    assert.equal(
      describeFailure({ exitCode: 3, signal: undefined }, "x\n").message,
      "The command ended with exit code 3.",
    );
    const killed = describeFailure({ exitCode: 137, signal: "SIGKILL" }, "");
    assert.deepEqual([killed.code, killed.message], ["CommandKilled", "The command was ended by signal SIGKILL."]);
    assert.match(killed.hint ?? "", /memory/);
  });

  it("keeps the last lines, cut to a readable length", () => {
    const lines = tailLines(`${"x".repeat(5_000)}\n`.repeat(50));
    assert.equal(lines.length, 30);
    assert.equal(lines[0]?.length, 2_000);
  });
});
