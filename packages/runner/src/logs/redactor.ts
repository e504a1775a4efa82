/** Longest text that is looked for in one piece; a longer secret is several. Bounds what must be held back. */
const NEEDLE_BYTES_MAX = 1_024;
const MASK = "*".charCodeAt(0);

/**
 * Hides secrets in a log by as many asterisks, so that every byte keeps its place: a piece that is read again, or from
 * elsewhere on, looks the same.
 */
export class Redactor {
  readonly #needles: readonly Buffer[];
  /** Bytes before a place that decide whether it is part of a secret. */
  readonly contextBytes: number;

  constructor(secrets: readonly string[]) {
    this.#needles = secrets.flatMap((secret) => split(Buffer.from(secret)));
    this.contextBytes = Math.max(0, ...this.#needles.map(({ length }) => length - 1));
  }

  /** Hides all secrets that lie in the bytes, in place. */
  hide(bytes: Buffer): void {
    // All are found before any is hidden: one may be part of another.
    const spans: (readonly [start: number, end: number])[] = [];
    for (const needle of this.#needles) {
      for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1)) {
        spans.push([at, at + needle.length]);
      }
    }
    for (const [start, end] of spans) bytes.fill(MASK, start, end);
  }

  hideText(text: string): string {
    if (this.#needles.length === 0) return text;
    const bytes = Buffer.from(text);
    this.hide(bytes);
    return bytes.toString();
  }

  /** How many bytes at the end may be the beginning of a secret that is still being written. */
  openBytes(bytes: Buffer): number {
    let open = 0;
    for (const needle of this.#needles) {
      const longest = Math.min(needle.length - 1, bytes.length);
      for (let length = longest; length > open; length -= 1) {
        if (bytes.compare(needle, 0, length, bytes.length - length) !== 0) continue;
        open = length;
        break;
      }
    }
    return open;
  }
}

function split(secret: Buffer): Buffer[] {
  if (secret.length <= NEEDLE_BYTES_MAX) return [secret];
  const parts: Buffer[] = [];
  for (let at = 0; at < secret.length; at += NEEDLE_BYTES_MAX) {
    // The last part reaches back, so that it too is long enough to be known.
    const start = Math.min(at, secret.length - NEEDLE_BYTES_MAX);
    parts.push(secret.subarray(start, start + NEEDLE_BYTES_MAX));
  }
  return parts;
}
