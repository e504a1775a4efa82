import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import type { TaskError } from "@lazuli/contract/node/task-report.ts";

import type { ExitStatus } from "./launch-process.ts";

const TAIL_BYTES = 32 * 1024;
const TAIL_LINES_MAX = 30;
const LINE_CHARACTERS_MAX = 2_000;
const TRACEBACK = "Traceback (most recent call last):";
/** `ValueError: bad`, `mypackage.errors.Mine`, at the start of a line. */
const EXCEPTION_LINE = /^[A-Za-z_][\w.]*(?:: .*|)$/;

const HINTS: ReadonlyMap<number, string> = new Map([
  [126, "The command was found but may not be executed; check its permissions."],
  [
    127,
    "A program that the command names was not found in the environment; check its name and the environment's packages.",
  ],
  [137, "The process was killed, most often because the machine had no memory left; ask for less at a time."],
  [139, "The process crashed inside native code; see the log for the library at fault."],
]);

/** Text of the end of a log; what is not UTF-8 in it is shown as replacement characters. */
export function readTail(path: string): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString("utf8");
  } finally {
    closeSync(file);
  }
}

/** Last lines of a log, fit to be shown. */
export function tailLines(text: string): string[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.slice(-TAIL_LINES_MAX).map((line) => line.slice(0, LINE_CHARACTERS_MAX));
}

/**
 * Says why the user's command failed: in Python's own words when the log ends in a traceback.
 *
 * @param tail Text of the end of the log.
 */
export function describeFailure(status: ExitStatus, tail: string): TaskError {
  const exception = findException(tail);
  const hint = hintFor(status, exception);
  return {
    category: "user",
    code: status.signal === undefined ? "CommandFailed" : "CommandKilled",
    message: exception ?? describeStatus(status),
    ...(hint === undefined ? {} : { hint }),
    exitCode: status.exitCode,
    logTail: tailLines(tail),
  };
}

function describeStatus({ exitCode, signal }: ExitStatus): string {
  if (signal !== undefined) return `The command was ended by signal ${signal}.`;
  return `The command ended with exit code ${exitCode}.`;
}

/** The last line of the last traceback. */
function findException(tail: string): string | undefined {
  const start = tail.lastIndexOf(TRACEBACK);
  if (start === -1) return undefined;
  const lines = tail
    .slice(start + TRACEBACK.length)
    .split("\n")
    .slice(1);
  const found = lines.find((line) => !line.startsWith(" ") && EXCEPTION_LINE.test(line.trimEnd()));
  return found?.trimEnd().slice(0, LINE_CHARACTERS_MAX);
}

function hintFor({ exitCode }: ExitStatus, exception: string | undefined): string | undefined {
  const module = /^ModuleNotFoundError: No module named '([^']+)'/.exec(exception ?? "")?.[1];
  if (module !== undefined) {
    return `Package '${module.split(".")[0]}' is not in the job's environment; add it to the environment's packages.`;
  }
  return HINTS.get(exitCode);
}
