import { parseDataUri } from "@lazuli/contract/data-uri.ts";
import { isDataType, type ComponentInput } from "@lazuli/contract/jobs/component-spec.ts";

/** The end of a sentence that begins with the name of the input. */
export interface LiteralProblem {
  readonly code: string;
  readonly text: string;
}

/** Whether a component takes a literal; `undefined` when it does. */
export function checkLiteral(text: string, spec: ComponentInput): LiteralProblem | undefined {
  const type = spec.type ?? "string";
  if (isDataType(type)) {
    if (parseDataUri(text) !== undefined) return undefined;
    return { code: "TypeMismatch", text: `is of type '${type}', but its value '${text}' is no reference to data` };
  }
  if (type === "boolean") {
    const isFlag = /^(true|false|1|0)$/i.test(text.trim());
    return isFlag ? undefined : { code: "TypeMismatch", text: `has to be true or false, not '${text}'` };
  }
  if (spec.enum != null && spec.enum.length > 0) return checkWord(text, spec.enum);
  if (type === "integer" || type === "number") return checkNumber(text, type, spec);
  return undefined;
}

function checkWord(text: string, words: readonly (string | number | boolean)[]): LiteralProblem | undefined {
  const known = words.map(String);
  if (known.some((word) => word.toLowerCase() === text.toLowerCase())) return undefined;
  const list = known.map((word) => `'${word}'`).join(", ");
  return { code: "UnknownWord", text: `has to be one of ${list}, not '${text}'` };
}

function checkNumber(text: string, type: "integer" | "number", spec: ComponentInput): LiteralProblem | undefined {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  const isNumber = type === "integer" ? Number.isInteger(value) : !Number.isNaN(value);
  if (!isNumber) {
    const what = type === "integer" ? "a whole number" : "a number";
    return { code: "TypeMismatch", text: `has to be ${what}, not '${text}'` };
  }
  const { min, max } = spec;
  if (min != null && value < Number(min))
    return { code: "OutOfRange", text: `is ${text}, less than its least value ${min}` };
  if (max != null && value > Number(max))
    return { code: "OutOfRange", text: `is ${text}, more than its greatest value ${max}` };
  return undefined;
}
