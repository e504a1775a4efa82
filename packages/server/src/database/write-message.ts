import type { Compilable, CompiledQuery } from "kysely";

import type { SqlValue, WriteStep } from "./database.ts";

/** A statement on its way to the writer thread. */
export interface WireStep {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  readonly expectChanges: number | undefined;
}

/** What the writer thread is told. A file is opened before the first batch for it, and closed after the last. */
export type WriterOrder =
  | { readonly kind: "open"; readonly file: number; readonly path: string }
  | { readonly kind: "close"; readonly file: number }
  | WireBatch;

export interface WireBatch {
  readonly kind: "batch";
  readonly file: number;
  /** Counts up over all files, so that an outcome finds who waits for it. */
  readonly id: number;
  readonly steps: readonly WireStep[];
}

export type WriterAnswer =
  | { readonly kind: "closed"; readonly file: number }
  | { readonly kind: "outcomes"; readonly outcomes: readonly WireOutcome[] };

export type WireOutcome =
  | { readonly id: number; readonly outcome: "done" }
  | { readonly id: number; readonly outcome: "conflict"; readonly step: number }
  | { readonly id: number; readonly outcome: "error"; readonly message: string; readonly errorCode: number };

export function toWireStep(step: Compilable | WriteStep): WireStep {
  const isPlain = "compile" in step;
  const compiled: CompiledQuery = isPlain ? step.compile() : step.query.compile();
  return {
    sql: compiled.sql,
    parameters: compiled.parameters.map(toSqlValue),
    expectChanges: isPlain ? undefined : step.expectChanges,
  };
}

/** SQLite knows no booleans and no `undefined`. */
export function toSqlValue(value: unknown): SqlValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`A ${typeof value} cannot be a SQL parameter.`);
}
