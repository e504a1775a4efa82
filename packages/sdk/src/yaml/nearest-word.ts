/** The known word that a mistyped one most likely meant; `undefined` when none is near. */
export function nearestWord(typed: string, known: readonly string[]): string | undefined {
  const wanted = normalize(typed);
  let best: { word: string; distance: number } | undefined;
  for (const word of known) {
    const distance = editDistance(wanted, normalize(word));
    if (best === undefined || distance < best.distance) best = { word, distance };
  }
  const distanceMax = Math.max(1, Math.floor(wanted.length / 3));
  return best !== undefined && best.distance <= distanceMax ? best.word : undefined;
}

/** Ends a sentence with the near word, or with all the words when there is none. */
export function suggest(typed: string, known: readonly string[]): string {
  const near = nearestWord(typed, known);
  return near === undefined ? `; known are ${known.join(", ")}.` : `; did you mean '${near}'?`;
}

/** `instanceCount` and `instance-count` are as good as `instance_count` for finding what was meant. */
function normalize(word: string): string {
  return word
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toLowerCase();
}

/** Number of letters to insert, drop, change or swap with their neighbour. */
export function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
