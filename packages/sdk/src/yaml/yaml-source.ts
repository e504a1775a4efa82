import { isMap, isPair, isScalar, LineCounter, parseDocument, type Document } from "yaml";

import type { YamlIssue } from "./yaml-issue.ts";

export type YamlPath = readonly (string | number)[];

/** Files above this are refused: nobody writes them by hand, and aliases could blow them up further. */
const TEXT_LENGTH_MAX = 4 * 1024 * 1024;
const ALIASES_MAX = 100;

/** A YAML file read once: its plain value, and where in the text each part of it stands. */
export class YamlSource {
  readonly file: string;
  readonly issues: YamlIssue[] = [];
  readonly warnings: YamlIssue[] = [];
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  constructor(file: string, text: string) {
    this.file = file;
    const bounded = text.length > TEXT_LENGTH_MAX ? "" : text;
    // YAML 1.2 keeps 'on' and times as text; `merge` still understands the '<<' of 1.1, which examples use.
    this.#document = parseDocument(bounded, {
      lineCounter: this.#lines,
      prettyErrors: false,
      merge: true,
      logLevel: "error",
    });
    if (text.length > TEXT_LENGTH_MAX) this.report([], `The file is larger than ${TEXT_LENGTH_MAX} characters.`);
    for (const error of this.#document.errors) {
      const { line, col } = this.#lines.linePos(error.pos[0]);
      this.issues.push({ file, line, column: col, path: "", message: firstLine(error.message) });
    }
  }

  /** The whole file as plain values; `undefined` when it is not YAML, which is reported. */
  value(): unknown {
    if (this.issues.length > 0) return undefined;
    try {
      const value: unknown = this.#document.toJS({ maxAliasCount: ALIASES_MAX });
      return value;
    } catch (error) {
      this.report([], error instanceof Error ? firstLine(error.message) : String(error));
      return undefined;
    }
  }

  /** The text of a scalar as it was written, so that version 1.10 stays `1.10`. */
  textAt(path: YamlPath): string | undefined {
    const node: unknown = this.#document.getIn(path, true);
    return isScalar(node) && typeof node.source === "string" ? node.source : undefined;
  }

  /** Notes a problem with the value at `path`, or with its key. */
  report(path: YamlPath, message: string, at: "key" | "value" = "value"): void {
    this.issues.push(this.issueAt(path, message, at));
  }

  /** Notes what is odd at a key but does no harm. */
  warn(path: YamlPath, message: string): void {
    this.warnings.push(this.issueAt(path, message, "key"));
  }

  issueAt(path: YamlPath, message: string, at: "key" | "value" = "value"): YamlIssue {
    const offset = at === "key" ? this.#keyOffset(path) : this.#valueOffset(path);
    const position = offset === undefined ? undefined : this.#lines.linePos(offset);
    return { file: this.file, line: position?.line, column: position?.col, path: path.join("."), message };
  }

  /** Whether the file itself says something at a path. */
  has(path: YamlPath): boolean {
    return this.#document.hasIn(path);
  }

  #keyOffset(path: YamlPath): number | undefined {
    const parent: unknown = this.#document.getIn(path.slice(0, -1), true);
    if (!isMap(parent)) return this.#valueOffset(path);
    const pair = parent.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(path.at(-1)),
    );
    return offsetOf(pair?.key) ?? this.#valueOffset(path);
  }

  /** Of the value itself, or of the nearest thing around it that stands in the file. */
  #valueOffset(path: YamlPath): number | undefined {
    for (let length = path.length; length >= 0; length -= 1) {
      const offset = offsetOf(this.#document.getIn(path.slice(0, length), true));
      if (offset !== undefined) return offset;
    }
    return undefined;
  }
}

function offsetOf(node: unknown): number | undefined {
  if (node === null || typeof node !== "object" || !("range" in node)) return undefined;
  return Array.isArray(node.range) && typeof node.range[0] === "number" ? node.range[0] : undefined;
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? message).replace(/:$/, ".");
}
