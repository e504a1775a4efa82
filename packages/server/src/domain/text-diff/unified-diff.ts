import { diffLines, type DiffLine } from "./diff-lines.ts";

/** Unchanged lines around a change. */
const CONTEXT_LINES = 3;
const MARKS = { same: " ", removed: "-", added: "+" } as const;

/**
 * The change from one text to another as `diff -u` writes it; empty for equal texts.
 *
 * @param names Of the two files, for the head; `/dev/null` for one that is not there.
 */
export function unifiedDiff(names: { before: string; after: string }, before: string, after: string): string {
  if (before === after) return "";
  const hunks = listHunks(diffLines(splitLines(before), splitLines(after)));
  return [`--- ${names.before}`, `+++ ${names.after}`, ...hunks.flatMap(renderHunk), ""].join("\n");
}

interface Hunk {
  /** Lines of each text that lie before the hunk. */
  readonly beforeStart: number;
  readonly afterStart: number;
  readonly lines: readonly DiffLine[];
}

/** A last line without an end is told apart from one with it. */
function splitLines(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  if (lines.at(-1) === "") return lines.slice(0, -1);
  return [...lines.slice(0, -1), `${lines.at(-1) ?? ""}\n\\ No newline at end of file`];
}

function listHunks(lines: readonly DiffLine[]): Hunk[] {
  const hunks: Hunk[] = [];
  const isNearChange = nearChanges(lines);
  let [beforeStart, afterStart] = [0, 0];
  let open: { beforeStart: number; afterStart: number; lines: DiffLine[] } | undefined;
  for (const [index, line] of lines.entries()) {
    if (isNearChange[index] === true) {
      open ??= { beforeStart, afterStart, lines: [] };
      open.lines.push(line);
    } else if (open !== undefined) {
      hunks.push(open);
      open = undefined;
    }
    if (line.kind !== "added") beforeStart += 1;
    if (line.kind !== "removed") afterStart += 1;
  }
  return open === undefined ? hunks : [...hunks, open];
}

function nearChanges(lines: readonly DiffLine[]): boolean[] {
  const near = lines.map(() => false);
  for (const [index, { kind }] of lines.entries()) {
    if (kind === "same") continue;
    const end = Math.min(index + CONTEXT_LINES, lines.length - 1);
    for (let place = Math.max(0, index - CONTEXT_LINES); place <= end; place += 1) near[place] = true;
  }
  return near;
}

function renderHunk({ beforeStart, afterStart, lines }: Hunk): string[] {
  const removed = lines.filter(({ kind }) => kind !== "added").length;
  const added = lines.filter(({ kind }) => kind !== "removed").length;
  const head = `@@ -${range(beforeStart, removed)} +${range(afterStart, added)} @@`;
  return [head, ...lines.map(({ kind, text }) => MARKS[kind] + text)];
}

/** Lines count from 1; a range of none names the line before it. */
function range(start: number, count: number): string {
  const first = count === 0 ? start : start + 1;
  return count === 1 ? String(first) : `${first},${count}`;
}
