/** Characters of one line; the longest ones name the files of a task's inputs, one by one. */
const LINE_CHARACTERS_MAX = 64 * 1024 * 1024;

/** Puts together the lines of a text that arrives in pieces. */
export class LineSplitter {
  #rest = "";

  /** Answers the lines that the piece completes. Throws when a line has no end. */
  push(piece: string): string[] {
    const lines = (this.#rest + piece).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > LINE_CHARACTERS_MAX) throw new RangeError("A line is too long.");
    return lines;
  }
}
