/** A line of a comparison: in both texts, only in the first, or only in the second. */
export interface DiffLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Differences beyond this are shown as everything removed and everything added: looking for less costs too much. */
const EDITS_MAX = 500;

/** The fewest removed and added lines that turn one list into the other (Myers' greedy algorithm). */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const trace = traceEdits(before, after);
  if (trace === undefined) {
    return [
      ...before.map((text) => ({ kind: "removed", text }) as const),
      ...after.map((text) => ({ kind: "added", text }) as const),
    ];
  }
  return followBack(trace, before, after);
}

/** Furthest place in `before` reached on each diagonal, after each number of edits. */
function traceEdits(before: readonly string[], after: readonly string[]): ReadonlyMap<number, number>[] | undefined {
  const trace: Map<number, number>[] = [];
  let furthest = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(before.length + after.length, EDITS_MAX); edits += 1) {
    trace.push(furthest);
    const next = new Map(furthest);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = startOf(furthest, diagonal, edits);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return trace;
    }
    furthest = next;
  }
  return undefined;
}

/** Where a diagonal begins: a line added to the one above, or a line removed from the one below. */
function startOf(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): number {
  return isAdded(furthest, diagonal, edits) ? (furthest.get(diagonal + 1) ?? 0) : (furthest.get(diagonal - 1) ?? 0) + 1;
}

function isAdded(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  const [below, above] = [furthest.get(diagonal - 1) ?? -1, furthest.get(diagonal + 1) ?? -1];
  return diagonal === -edits || (diagonal !== edits && below < above);
}

function followBack(
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): DiffLine[] {
  const lines: DiffLine[] = [];
  let [x, y] = [before.length, after.length];
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const furthest = trace[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const added = isAdded(furthest, diagonal, edits);
    const fromX = edits === 0 ? 0 : startOf(furthest, diagonal, edits);
    while (x > fromX && y > fromX - diagonal) {
      lines.push({ kind: "same", text: before[x - 1] ?? "" });
      [x, y] = [x - 1, y - 1];
    }
    if (edits === 0) break;
    if (added) lines.push({ kind: "added", text: after[--y] ?? "" });
    else lines.push({ kind: "removed", text: before[--x] ?? "" });
  }
  return lines.reverse();
}
