import { z } from "zod";

/** Variables by name. Azure's clients send plain numbers and booleans as YAML has them; they become text. */
export const environmentVariablesSchema = z.record(
  z.string(),
  z.preprocess(
    (value) => (typeof value === "number" || typeof value === "boolean" ? String(value) : value),
    z.union([z.string(), z.null()]),
  ),
);
