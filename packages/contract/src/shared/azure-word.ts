import { z } from "zod";

/** One of Azure's words in any case: its Python SDK sends `disabled` where the API says `Disabled`. */
export function azureWord<const Words extends readonly [string, ...string[]]>(words: Words) {
  const spellings = new Map(words.map((word) => [word.toLowerCase(), word]));
  return z.preprocess(
    (value) => (typeof value === "string" ? (spellings.get(value.toLowerCase()) ?? value) : value),
    z.enum(words),
  );
}
