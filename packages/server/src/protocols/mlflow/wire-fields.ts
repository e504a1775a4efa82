import { z } from "zod";

/** Largest step or time taken: differences of two such numbers are still exact. */
const INTEGER_MAX = 2 ** 51;
const NOT_A_DOUBLE = "Please specify value as a valid double (64-bit floating point)";
const NOT_AN_INTEGER = "Expected a 64-bit integer";
const SPECIAL_NUMBERS = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** Text of a required field; empty counts as missing, as it does in protobuf. */
export const requiredText = z.string().min(1);

/** Protobuf leaves out what is empty, so an empty text and an absent one are the same. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === "" ? undefined : value));

/** Text that may be empty. */
export const anyText = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** A number, or its digits as text: JSON of protobuf has both. */
export const integer = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^-?\d+$/)
        .transform(Number),
    ],
    NOT_AN_INTEGER,
  )
  .refine(isExact, NOT_AN_INTEGER);

export const optionalInteger = integer.nullish().transform((value) => value ?? undefined);

export const double = z.union(
  [
    z.number(),
    z.string().transform((text, context) => {
      const value = SPECIAL_NUMBERS.get(text) ?? (text.trim() === "" ? Number.NaN : Number(text));
      if (!Number.isNaN(value) || text === "NaN") return value;
      context.addIssue({ code: "custom", message: NOT_A_DOUBLE });
      return z.NEVER;
    }),
  ],
  NOT_A_DOUBLE,
);

export const flag = z
  .union([z.boolean(), z.enum(["true", "false", "True", "False"]).transform((text) => text.toLowerCase() === "true")])
  .nullish()
  .transform((value) => value ?? false);

/** A repeated field. A query with one value of it looks like a single text. */
export function list<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]),
    z.array(item),
  );
}

/** `[{key, value}]`, the shape of tags and params. */
export const keyValue = z.object({ key: requiredText, value: anyText });
export type KeyValue = z.infer<typeof keyValue>;

export function pageSize(preset: number, max: number) {
  return integer
    .nullish()
    .transform((value) => value ?? preset)
    .refine((value) => value >= 1 && value <= max, `It must be at least 1 and at most ${max}`);
}

/** Later pairs win. */
export function toRecord(pairs: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}

export function toPairs(record: Readonly<Record<string, string>>): KeyValue[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}

function isExact(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= INTEGER_MAX;
}

/** An object with `run_id`, which old clients call `run_uuid`. */
export function withRunId<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(renameRunUuid, z.object({ run_id: requiredText, ...shape }));
}

function renameRunUuid(input: unknown): unknown {
  if (typeof input !== "object" || input === null || "run_id" in input || !("run_uuid" in input)) return input;
  return { ...input, run_id: input.run_uuid };
}
