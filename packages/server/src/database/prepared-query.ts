import type { Compilable, CompiledQuery } from "kysely";

/** A query of a fixed text; each call brings the parameters, in the order in which they stand in the text. */
export type PreparedQuery<Row> = (...parameters: readonly unknown[]) => Compilable<Row>;

/**
 * Builds and compiles a query once, at its first use: for hot paths, where that costs more than the query itself.
 *
 * @param build Makes the query with any values; what stands for a parameter may not decide the text.
 */
export function prepareQuery<Row>(build: () => Compilable<Row>): PreparedQuery<Row> {
  let compiled: CompiledQuery<Row> | undefined;
  return (...parameters) => {
    compiled ??= build().compile();
    const query = { ...compiled, parameters };
    return { compile: () => query };
  };
}
