import type { Comparison } from "./search-grammar.ts";

/** Whether a value that is in memory compares so. What is missing matches `IS NULL` alone. */
export function matchesComparison({ operator, value }: Comparison, actual: string | number | undefined): boolean {
  if (operator === "IS NULL") return actual === undefined;
  if (actual === undefined) return false;
  switch (operator) {
    case "IS NOT NULL":
      return true;
    case "IN":
      return Array.isArray(value) && value.includes(String(actual));
    case "NOT IN":
      return Array.isArray(value) && !value.includes(String(actual));
    case "LIKE":
      return isLike(String(actual), String(value));
    case "ILIKE":
      return isLike(String(actual).toLowerCase(), String(value).toLowerCase());
    case "=":
      return actual === value;
    case "!=":
      return actual !== value;
    default:
      return typeof actual === "number" && typeof value === "number" && isOrdered(operator, actual, value);
  }
}

function isOrdered(operator: "<" | "<=" | ">" | ">=", actual: number, value: number): boolean {
  if (operator === "<") return actual < value;
  if (operator === "<=") return actual <= value;
  return operator === ">" ? actual > value : actual >= value;
}

/**
 * SQL's LIKE: `%` is any text, `_` any character. Goes back only to the last `%`, so time grows with the product of the
 * lengths and never beyond.
 */
function isLike(text: string, pattern: string): boolean {
  let position = 0;
  let index = 0;
  let lastPercent = -1;
  let resumeAt = 0;
  while (position < text.length) {
    if (index < pattern.length && pattern[index] === "%") {
      lastPercent = index;
      resumeAt = position;
      index += 1;
    } else if (index < pattern.length && (pattern[index] === "_" || pattern[index] === text[position])) {
      index += 1;
      position += 1;
    } else if (lastPercent >= 0) {
      index = lastPercent + 1;
      resumeAt += 1;
      position = resumeAt;
    } else {
      return false;
    }
  }
  return pattern.slice(index).replaceAll("%", "") === "";
}
