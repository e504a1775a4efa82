import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import type { TaskError } from "@lazuli/contract/node/task-report.ts";

import { findCause } from "./find-cause.ts";
import { judgeFailure } from "./judge-failure.ts";
import type { ExitStatus } from "./launch-process.ts";

const TAIL_BYTES = 32 * 1024;
const TAIL_LINES_MAX = 30;
const LINE_CHARACTERS_MAX = 2_000;

/** Where things of the task lie that a log may name. */
export interface FailurePlaces {
  readonly code: string;
  readonly inputs: string;
}

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
 * Says why the user's command failed, in its own words where the log has some: whose fault it is, the line of source
 * at fault, and what to do.
 *
 * @param tail Text of the end of the log.
 */
export function describeFailure(status: ExitStatus, tail: string, places: FailurePlaces): TaskError {
  const cause = findCause(tail, places.code);
  const judgement = judgeFailure(status, { tail, message: cause.message, inputsFolder: places.inputs });
  return {
    category: judgement.category,
    code: judgement.code,
    message: cause.message ?? judgement.message ?? describeStatus(status),
    ...(judgement.hint !== undefined && { hint: judgement.hint }),
    exitCode: status.exitCode,
    ...(cause.location !== undefined && { location: cause.location }),
    logTail: tailLines(tail),
  };
}

function describeStatus({ exitCode, signal }: ExitStatus): string {
  if (signal !== undefined) return `The command was ended by signal ${signal}.`;
  return `The command ended with exit code ${exitCode}.`;
}
