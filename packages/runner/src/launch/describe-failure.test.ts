import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { describeFailure, tailLines } from "./describe-failure.ts";

const FAILED = { exitCode: 1, signal: undefined };
const PLACES = { code: "/tasks/t/wd", inputs: "/tasks/t/inputs" };

describe("describe failure", () => {
  it("says it in the words of the last Python traceback, with the line of the job's own code", () => {
    const error = failureOf([
      "Traceback (most recent call last):",
      '  File "a.py", line 1, in <module>',
      "KeyError: 'first'",
      "",
      "During handling of the above exception, another exception occurred:",
      "",
      "Traceback (most recent call last):",
      '  File "/tasks/t/wd/src/a.py", line 3, in <module>',
      "    frame = pd.read(",
      "            ^^^^^^^^",
      '  File "/envs/x/lib/python3.11/site-packages/pandas/io.py", line 900, in read',
      "    raise ValueError(",
      "ValueError: the column 'age' is missing",
      "some output of an exit handler",
    ]);
    assert.equal(error.message, "ValueError: the column 'age' is missing");
    assert.deepEqual(error.location, { file: "src/a.py", line: 3, text: "frame = pd.read(" });
    assert.deepEqual([error.category, error.exitCode, error.logTail.length], ["user", 1, 14]);
  });

  it("finds the line of code that does not compile", () => {
    const error = failureOf([
      '  File "/tasks/t/wd/train.py", line 7',
      "    def f(:",
      "          ^",
      "SyntaxError: invalid syntax",
    ]);
    assert.equal(error.message, "SyntaxError: invalid syntax");
    assert.deepEqual(error.location, { file: "train.py", line: 7, text: "def f(:" });
  });

  it("finds the line in what shells, compilers, Node and Java say", () => {
    const cases = [
      [["run.sh: line 3: foo: command not found"], "foo: command not found", "run.sh", 3],
      [["main.c: In function 'main':", "main.c:10:5: error: expected ';'", "   10 | x"], "expected ';'", "main.c", 10],
      [
        ["Error: bad", "    at f (node:internal/x:1:1)", "    at main (/tasks/t/wd/train.js:3:9)", "", "Node.js v24"],
        "Error: bad",
        "train.js",
        3,
      ],
      [
        ['Exception in thread "main" java.lang.IllegalStateException: no', "\tat Main.run(Main.java:12)"],
        "java.lang.IllegalStateException: no",
        "Main.java",
        12,
      ],
    ] as const;
    for (const [lines, message, file, line] of cases) {
      const error = failureOf(lines);
      assert.deepEqual([error.message, error.location?.file, error.location?.line], [message, file, line]);
    }
    assert.equal(
      failureOf(["Error in f(1) : object 'y' not found", "Execution halted"]).message,
      "object 'y' not found",
    );
  });

  it("tells the fault of the environment, of the data and of the node from the code's", () => {
    const traceback = ["Traceback (most recent call last):", '  File "a.py", line 1, in <module>'];
    const cases = [
      ["ModuleNotFoundError: No module named 'lightgbm.basic'", "environment", "PackageMissing", /Package 'lightgbm'/],
      ["ImportError: cannot import name 'x' from 'y'", "environment", "BrokenPackage", /version/],
      ["FileNotFoundError: [Errno 2] No such file: '/tasks/t/inputs/data/x.csv'", "data", "UnreadableInput", /input/],
      ["pandas.errors.EmptyDataError: No columns to parse from file", "data", "UnreadableData", /form/],
      ["OSError: [Errno 28] No space left on device", "system", "DiskFull", /disk/],
      ["torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB", "user", "OutOfGpuMemory", /batches/],
      ["numpy.core._exceptions._ArrayMemoryError: Unable to allocate 1 TiB", "user", "OutOfMemory", /memory/],
      ["KeyError: 'x'", "user", "CommandFailed", undefined],
    ] as const;
    for (const [line, category, code, hint] of cases) {
      const error = failureOf([...traceback, line]);
      assert.deepEqual([error.category, error.code], [category, code]);
      if (hint === undefined) assert.equal(error.hint, undefined);
      else assert.match(error.hint ?? "", hint);
    }
    assert.equal(failureOf(["cp: error writing 'x': No space left on device"]).code, "DiskFull");
  });

  it("says exit code and signal when the log has no words for it", () => {
    const plain = describeFailure({ exitCode: 3, signal: undefined }, "x\n", PLACES);
    assert.deepEqual([plain.message, plain.location], ["The command ended with exit code 3.", undefined]);
    const killed = describeFailure({ exitCode: 137, signal: "SIGKILL" }, "", PLACES);
    assert.equal(killed.code, "OutOfMemory");
    assert.match(killed.message, /SIGKILL/);
    const crashed = describeFailure({ exitCode: 139, signal: "SIGSEGV" }, "", PLACES);
    assert.deepEqual([crashed.code, crashed.message], ["CommandKilled", "The command was ended by signal SIGSEGV."]);
    assert.equal(describeFailure({ exitCode: 127, signal: undefined }, "", PLACES).category, "environment");
  });

  it("keeps the last lines, cut to a readable length", () => {
    const lines = tailLines(`${"x".repeat(5_000)}\n`.repeat(50));
    assert.equal(lines.length, 30);
    assert.equal(lines[0]?.length, 2_000);
  });
});

function failureOf(lines: readonly string[]) {
  return describeFailure(FAILED, `${lines.join("\n")}\n`, PLACES);
}
