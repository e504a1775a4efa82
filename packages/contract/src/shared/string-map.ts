import { z } from "zod";

/**
 * Tags and properties: text by name. Clients send numbers and booleans there as well; Azure keeps and answers them as
 * text, and so do we.
 */
export const stringMapSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]).transform((value) => String(value)),
);
