import { PlatformError } from "@lazuli/contract/errors.ts";

import { renderTable } from "./render-table.ts";

export const OUTPUT_FORMATS = ["json", "jsonc", "yaml", "yamlc", "table", "tsv", "none"] as const;

export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface OutputOptions {
  readonly format: OutputFormat;
  /** JMESPath, applied before formatting. */
  readonly query: string | undefined;
  /** Columns of a table when no query picks them. */
  readonly columns: readonly string[] | undefined;
  /** What one item shows in a table when no query picks. */
  readonly toRow?: ((item: unknown) => Readonly<Record<string, unknown>>) | undefined;
}

/** The text that a command prints for its result; empty when there is nothing to print. */
export async function renderOutput(value: unknown, options: OutputOptions): Promise<string> {
  if (value === undefined || options.format === "none") return "";
  const picked = options.query === undefined ? value : await runQuery(value, options.query);
  switch (options.format) {
    case "json":
    case "jsonc":
      return `${JSON.stringify(sortKeys(picked ?? null), undefined, 2)}\n`;
    case "yaml":
    case "yamlc": {
      const { stringify } = await import("yaml");
      return stringify(picked ?? null, { lineWidth: 0 });
    }
    case "tsv":
      return renderTsv(picked);
    case "table":
      if (options.query !== undefined) return renderTable(picked, undefined);
      return options.toRow === undefined
        ? renderTable(picked, options.columns)
        : renderTable((Array.isArray(picked) ? picked : [picked]).map(options.toRow), undefined);
  }
}

/** Keys in alphabetical order, as `az` prints them. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

async function runQuery(value: unknown, query: string): Promise<unknown> {
  const { search } = await import("@jmespath-community/jmespath");
  try {
    // The library's type of JSON leaves out `unknown`; a parsed answer is JSON by origin.
    const result: unknown = search(JSON.parse(JSON.stringify(value)) as Parameters<typeof search>[0], query);
    return result;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlatformError("BadRequest", `'${query}' is not a JMESPath query: ${reason}.`, {
      target: "--query",
      cause: error,
    });
  }
}

/** One line an item, tabs between values; texts without quotes, so that scripts can read them. */
function renderTsv(value: unknown): string {
  if (value === null || value === undefined) return "";
  const rows = Array.isArray(value) ? value : [value];
  return rows.map((row: unknown) => `${tsvCells(row).join("\t")}\n`).join("");
}

function tsvCells(row: unknown): string[] {
  if (Array.isArray(row)) return row.map(tsvCell);
  if (typeof row === "object" && row !== null) return Object.values(row).map(tsvCell);
  return [tsvCell(row)];
}

function tsvCell(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "object") return Array.isArray(value) ? String(value.length) : "";
  return String(value).replaceAll("\t", " ").replaceAll("\n", " ");
}
