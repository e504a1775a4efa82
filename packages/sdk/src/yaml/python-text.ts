const FIXED_MIN = 1e-4;
const FIXED_MAX = 1e16;

/**
 * A value as Python's `str` writes it: Azure's clients are written in Python and send every literal as text, and
 * scripts compare it with what Python would read.
 */
export function pythonText(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return Number.isInteger(value) ? integerText(value) : floatText(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The same for a number that is a float by its declared type, so that 1 is `1.0`. */
export function pythonFloat(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < FIXED_MAX ? `${value}.0` : floatText(value);
}

function integerText(value: number): string {
  return Math.abs(value) < Number.MAX_SAFE_INTEGER ? String(value) : BigInt(value).toString();
}

function floatText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < FIXED_MIN || size >= FIXED_MAX)) {
    // JavaScript writes 1e-5, Python 1e-05.
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return String(value);
}
