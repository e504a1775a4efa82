import { isAbsolute, relative } from "node:path";

import type { FailingLine } from "@lazuli/contract/node/task-report.ts";

const TEXT_CHARACTERS_MAX = 2_000;
/** How far from the end the last words of a program may be, when no traceback marks them. */
const LAST_LINES_MAX = 40;
const TRACEBACK = "Traceback (most recent call last):";
/** `ValueError: bad`, `mypackage.errors.Mine`, at the start of a line. */
const EXCEPTION_LINE = /^[A-Za-z_][\w.]*(?:: .*|)$/;
const FRAME = /^\s+File "([^"]+)", line (\d+)/;
/** Python's own files and those of installed packages: the fault is rarely theirs. */
const LIBRARY = /[\\/](?:site-packages|dist-packages)[\\/]|[\\/]lib[\\/]python\d/;
/** `<string>`, `<frozen runpy>`: code that is in no file. */
const NO_FILE = /^<.*>$/;
const MARKER_LINE = /^[\s^~]*$/;

/** `train.sh: line 3: foo: command not found`. */
const SHELL = /^(?:.*?[\s(])?([^\s:]+): line (\d+): (.+)$/;
/** `main.c:10:5: error: expected ';'`, as most compilers say it. */
const COMPILER = /^([^\s:]+):(\d+):(?:\d+:)? (?:fatal )?error: (.+)$/;
/** `at main (/work/train.js:3:9)`, `at Main.run(Main.java:12)`. */
const STACK_FRAME = /^\s+at .*?\(?([^\s()]+\.\w+):(\d+)(?::\d+)?\)?$/;
const STACK_HEAD =
  /^(?:Uncaught )?(?:Exception in thread "[^"]*" )?((?:[A-Za-z_$][\w.$]*)?(?:Error|Exception)(?:: .*)?)$/;
/** `Error in f(x) : object 'y' not found`, as R says it. */
const R_ERROR = /^Error in .+? : (.+)$/;

/** What a log tells of why its program failed. */
export interface Cause {
  /** The program's own words, in one line. */
  readonly message?: string;
  readonly location?: FailingLine;
}

/**
 * Looks for the cause in the end of a log: the last traceback of Python, or the last line in which a shell, compiler,
 * Node, Java or R says what is wrong.
 *
 * @param codeFolder Files below it are named relative to it.
 */
export function findCause(tail: string, codeFolder: string): Cause {
  const lines = tail.replaceAll("\r\n", "\n").split("\n");
  const cause = findPython(lines) ?? findOther(lines);
  if (cause === undefined) return {};
  return {
    ...(cause.message !== undefined && { message: cause.message.slice(0, TEXT_CHARACTERS_MAX) }),
    ...(cause.location !== undefined && { location: shorten(cause.location, codeFolder) }),
  };
}

function findPython(lines: readonly string[]): Cause | undefined {
  const start = lines.findLastIndex((line) => line.trim().replace(/^[|+\- ]+/, "") === TRACEBACK);
  if (start === -1) return findSyntaxError(lines);
  const end = lines.findIndex(
    (line, index) => index > start && !line.startsWith(" ") && EXCEPTION_LINE.test(line.trimEnd()),
  );
  const frames = readFrames(lines.slice(start + 1, end === -1 ? undefined : end));
  const location = frames.findLast(({ file }) => !LIBRARY.test(file)) ?? frames.at(-1);
  return { ...(end !== -1 && { message: lines[end]?.trimEnd() ?? "" }), ...(location !== undefined && { location }) };
}

/** Code that does not even compile has no traceback: the file, the line, a caret and the error. */
function findSyntaxError(lines: readonly string[]): Cause | undefined {
  const at = lines.findLastIndex((line) => /^(?:SyntaxError|IndentationError|TabError): /.test(line));
  if (at === -1) return undefined;
  const start = lines.slice(0, at).findLastIndex((line) => FRAME.test(line));
  const [location] = start === -1 ? [] : readFrames(lines.slice(start, at));
  return { message: lines[at]?.trimEnd() ?? "", ...(location !== undefined && { location }) };
}

function readFrames(lines: readonly string[]): FailingLine[] {
  return lines.flatMap((line, index) => {
    const frame = FRAME.exec(line);
    if (frame === null || NO_FILE.test(frame[1] ?? "")) return [];
    const next = lines[index + 1];
    const hasText = next !== undefined && !FRAME.test(next) && !MARKER_LINE.test(next);
    return [
      {
        file: frame[1] ?? "",
        line: Number(frame[2]),
        ...(hasText && { text: next.trim().slice(0, TEXT_CHARACTERS_MAX) }),
      },
    ];
  });
}

function findOther(lines: readonly string[]): Cause | undefined {
  for (let index = lines.length - 1; index >= Math.max(0, lines.length - LAST_LINES_MAX); index -= 1) {
    const line = lines[index]?.trimEnd() ?? "";
    const placed = SHELL.exec(line) ?? COMPILER.exec(line);
    if (placed !== null) {
      return { message: placed[3] ?? line, location: { file: placed[1] ?? "", line: Number(placed[2]) } };
    }
    const r = R_ERROR.exec(line);
    if (r !== null) return { message: r[1] ?? line };
    const head = STACK_HEAD.exec(line);
    if (head !== null) return stackCause(head[1] ?? line, lines.slice(index + 1));
  }
  return undefined;
}

function stackCause(message: string, lines: readonly string[]): Cause {
  const frames = lines.flatMap((line) => {
    const frame = STACK_FRAME.exec(line.trimEnd());
    return frame === null ? [] : [{ file: (frame[1] ?? "").replace(/^file:\/\//, ""), line: Number(frame[2]) }];
  });
  const location =
    frames.find(({ file }) => !file.startsWith("node:") && !file.includes("/node_modules/")) ?? frames[0];
  return { message, ...(location !== undefined && { location }) };
}

function shorten(location: FailingLine, codeFolder: string): FailingLine {
  if (!isAbsolute(location.file)) return location;
  const file = relative(codeFolder, location.file);
  return file.startsWith("..") ? location : { ...location, file };
}
