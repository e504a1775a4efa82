import { asRecord } from "../session/connection.ts";

const CELL_WIDTH_MAX = 60;

/**
 * Rows under a heading and a line of dashes, as `az` prints them.
 *
 * @param columns Paths as `creation_context.created_at`; all plain values of the first rows when absent.
 */
export function renderTable(value: unknown, columns: readonly string[] | undefined): string {
  const rows = (Array.isArray(value) ? value : [value]).filter((row) => row !== null && row !== undefined);
  if (rows.length === 0) return "";
  const cells = rows.map((row: unknown) => cellsOf(row, columns));
  const headings = [...new Set(cells.flatMap((row) => [...row.keys()]))];
  const shown = headings.filter((heading) => cells.some((row) => (row.get(heading) ?? "") !== ""));
  const widths = shown.map((heading) =>
    Math.max(heading.length, ...cells.map((row) => (row.get(heading) ?? "").length)),
  );
  const line = (texts: readonly string[]) =>
    `${texts
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd()}\n`;
  const body = cells.map((row) => line(shown.map((heading) => row.get(heading) ?? "")));
  return `${line(shown)}${line(widths.map((width) => "-".repeat(width)))}${body.join("")}`;
}

function cellsOf(row: unknown, columns: readonly string[] | undefined): Map<string, string> {
  if (Array.isArray(row)) return new Map(row.map((cell: unknown, index) => [`Column${index + 1}`, cellText(cell)]));
  if (typeof row !== "object" || row === null) return new Map([["Result", cellText(row)]]);
  if (columns !== undefined) {
    return new Map(columns.map((column) => [heading(column), cellText(valueAt(row, column.split(".")))]));
  }
  const plain = Object.entries(row).filter(([, cell]) => typeof cell !== "object" || cell === null);
  return new Map(plain.map(([name, cell]) => [heading(name), cellText(cell)]));
}

/** `creation_context.created_at` → `CreatedAt`. */
function heading(column: string): string {
  const name = column.split(".").at(-1) ?? column;
  return name.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

function valueAt(value: unknown, [step, ...rest]: readonly string[]): unknown {
  return step === undefined ? value : valueAt(asRecord(value)[step], rest);
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > CELL_WIDTH_MAX ? `${line.slice(0, CELL_WIDTH_MAX - 1)}…` : line;
}
