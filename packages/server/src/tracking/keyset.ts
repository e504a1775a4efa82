import { PlatformError } from "@lazuli/contract/errors.ts";
import { sql, type RawBuilder } from "kysely";

/** One column of an order. The last of an order must be unique, and none may be NULL. */
export interface SortColumn {
  readonly expression: RawBuilder<unknown>;
  readonly isAscending: boolean;
  /** Set when all rows of the query have this value: it is part of the token and of nothing else. */
  readonly constant?: number;
}

export interface SearchPage<Item> {
  readonly items: readonly Item[];
  /** Hand it back for the next page; `undefined` at the end. */
  readonly next: string | undefined;
}

type SortValue = string | number;

/** `SELECT` list of the order's values, named `sort_0`, `sort_1` …: the next page's token is made of them. */
export function selectSortValues(columns: readonly SortColumn[]): RawBuilder<unknown> {
  return sql.join(columns.map(({ expression }, index) => sql`${expression} AS ${sql.ref(`sort_${index}`)}`));
}

export function orderBy(columns: readonly SortColumn[]): RawBuilder<unknown> {
  const sorted = columns.filter(({ constant }) => constant === undefined);
  return sql.join(sorted.map(({ expression, isAscending }) => sql`${expression} ${direction(isAscending)}`));
}

/** Holds for rows after the token's. Paging by key costs the same on every page. */
export function isAfter(columns: readonly SortColumn[], token: string | undefined): RawBuilder<boolean> {
  if (token === undefined || token === "") return sql<boolean>`1 = 1`;
  const values = parseToken(token, columns.length);
  const pairs = columns.map((column, index) => ({ column, value: values[index] }));
  const sorted = pairs.filter(({ column }) => column.constant === undefined);
  const alternatives = sorted.map(({ column, value }, index) => {
    const equal = sorted.slice(0, index).map((before) => sql`${before.column.expression} = ${before.value}`);
    const beyond = sql`${column.expression} ${sql.raw(column.isAscending ? ">" : "<")} ${value}`;
    return sql`(${sql.join([...equal, beyond], sql` AND `)})`;
  });
  const [first] = sorted;
  if (first === undefined) return sql<boolean>`1 = 1`;
  // Says again what the alternatives say, in a form that an index can be searched by.
  const bound = sql`${first.column.expression} ${sql.raw(first.column.isAscending ? ">=" : "<=")} ${first.value}`;
  return sql<boolean>`(${bound} AND (${sql.join(alternatives, sql` OR `)}))`;
}

/** Whether a token is of rows that have a constant's value: others are beyond the query that the constant holds for. */
export function isWithin(columns: readonly SortColumn[], token: string | undefined): boolean {
  if (token === undefined || token === "") return true;
  const values = parseToken(token, columns.length);
  return columns.every(({ constant }, index) => constant === undefined || values[index] === constant);
}

/** Cuts rows that were read with a limit of one more than the page, and makes the token of the next page. */
export function toPage<Row extends object>(rows: readonly Row[], limit: number, columnCount: number): SearchPage<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { items, next: undefined };
  const entries = new Map(Object.entries(last));
  const values = Array.from({ length: columnCount }, (_, index) => toSortValue(entries.get(`sort_${index}`)));
  return { items, next: renderToken(values) };
}

function direction(isAscending: boolean): RawBuilder<unknown> {
  return isAscending ? sql`ASC` : sql`DESC`;
}

function toSortValue(value: unknown): SortValue {
  return typeof value === "number" ? value : String(value);
}

/** Numbers travel as text: JSON has no infinity. */
function renderToken(values: readonly SortValue[]): string {
  const parts = values.map((value) => (typeof value === "number" ? `n${value}` : `t${value}`));
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

function parseToken(token: string, columnCount: number): readonly SortValue[] {
  const parts = parseParts(token);
  if (parts === undefined || parts.length !== columnCount) {
    throw new PlatformError("BadRequest", "Invalid page token, could not be decoded for this order. Search again.", {
      target: "page_token",
    });
  }
  return parts.map((part) => (part.startsWith("n") ? Number(part.slice(1)) : part.slice(1)));
}

function parseParts(token: string): readonly string[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    return Array.isArray(parts) && parts.every((part) => typeof part === "string") ? parts : undefined;
  } catch {
    // Not one of our tokens; the caller says so.
    return undefined;
  }
}
