import { sql, type Compilable, type CompiledQuery, type RawBuilder } from "kysely";

export function asCompilable(query: CompiledQuery): Compilable {
  return { compile: () => query };
}

/**
 * `column IN (…)` with a number of parameters that is a power of two: the last value is repeated, so that lists of
 * every length share a few prepared statements.
 */
export function isOneOf(column: RawBuilder<unknown>, values: readonly (string | number)[]): RawBuilder<boolean> {
  const last = values.at(-1);
  if (last === undefined) return sql<boolean>`1 = 0`;
  const size = 2 ** Math.ceil(Math.log2(values.length));
  const padded = [...values, ...Array<string | number>(size - values.length).fill(last)];
  return sql<boolean>`${column} IN (${sql.join(padded)})`;
}

/** Splits a list, so that no statement has more parameters than databases take. */
export function inBlocks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const blocks: (readonly Item[])[] = [];
  for (let start = 0; start < items.length; start += size) blocks.push(items.slice(start, start + size));
  return blocks;
}
