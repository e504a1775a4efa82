import {
  parsed,
  problem,
  type Comparison,
  type ComparisonOperator,
  type Parsed,
  type SearchEntity,
  type SearchVocabulary,
} from "./search-grammar.ts";
import { tokenize, type Token } from "./tokenize.ts";

/** Clauses one filter may have. */
export const CLAUSES_MAX = 200;

const ENTITY_NAMES: Record<SearchEntity, string> = {
  attribute: "attribute",
  metric: "metric",
  param: "parameter",
  tag: "tag",
  dataset: "dataset",
  metadata: "metadata",
};
const NUMBER_OPERATORS: readonly ComparisonOperator[] = ["=", "!=", ">", ">=", "<", "<="];
const TEXT_OPERATORS: readonly ComparisonOperator[] = ["=", "!=", "LIKE", "ILIKE", "IN", "NOT IN"];
const DATASET_KEYS = ["name", "digest", "context"];

/** Parses MLflow's filter: clauses joined by AND. An empty filter has none. */
export function parseFilter(filter: string, vocabulary: SearchVocabulary): Parsed<readonly Comparison[]> {
  const tokens = tokenize(filter);
  if (!tokens.ok) return tokens;
  const comparisons: Comparison[] = [];
  let rest = tokens.value;
  while (rest.length > 0) {
    if (comparisons.length >= CLAUSES_MAX) return problem(`A filter can have at most ${CLAUSES_MAX} clauses.`);
    const clause = takeClause(rest, vocabulary);
    if (!clause.ok) return clause;
    comparisons.push(clause.value.comparison);
    rest = clause.value.rest;
    if (rest.length === 0) break;
    if (!isKeyword(rest[0], "AND") || rest.length === 1) {
      return problem(`Invalid clause(s) in filter string: '${written(rest)}'`);
    }
    rest = rest.slice(1);
  }
  return parsed(comparisons);
}

/** Resolves `metrics.loss` or `start_time` to what it names. */
export function parseIdentifier(
  token: Token,
  vocabulary: SearchVocabulary,
): Parsed<{ readonly entity: SearchEntity; readonly key: string }> {
  const entity = token.prefix === undefined ? "attribute" : lookUp(vocabulary.prefixes, token.prefix);
  if (entity === undefined) {
    const known = Object.keys(vocabulary.prefixes).join("', '");
    return problem(`Invalid entity type '${token.prefix}'. Valid values are ['${known}']`);
  }
  if (entity === "dataset" && !DATASET_KEYS.includes(token.text)) {
    return problem(`Invalid dataset key '${token.text}' specified. Valid keys are '${DATASET_KEYS.join("', '")}'`);
  }
  if (entity !== "attribute") return parsed({ entity, key: token.text });
  const key = lookUp(vocabulary.aliases, token.text) ?? token.text;
  if (lookUp(vocabulary.attributes, key) !== undefined) return parsed({ entity, key });
  const known = Object.keys(vocabulary.attributes).join("', '");
  return problem(`Invalid attribute key '${token.text}' specified. Valid keys are '${known}'`);
}

interface Clause {
  readonly comparison: Comparison;
  readonly rest: readonly Token[];
}

function takeClause(tokens: readonly Token[], vocabulary: SearchVocabulary): Parsed<Clause> {
  const [name, ...afterName] = tokens;
  if (name === undefined || (name.kind !== "name" && name.kind !== "text")) {
    return problem(`Invalid clause(s) in filter string: '${written(tokens)}'`);
  }
  const operator = takeOperator(afterName);
  if (operator === undefined) return problem(`Invalid clause(s) in filter string: '${written(tokens)}'`);
  const identifier = parseIdentifier(name, vocabulary);
  if (!identifier.ok) return identifier;
  const isNumber = isNumberKey(identifier.value, vocabulary);
  const refusal = refuseOperator(identifier.value, operator.operator, isNumber);
  if (refusal !== undefined) return problem(refusal);
  const value = takeValue(operator, { ...identifier.value, isNumber });
  if (!value.ok) return value;
  const comparison = { ...identifier.value, operator: operator.operator, value: value.value.value };
  return parsed({ comparison, rest: value.value.rest });
}

interface FoundOperator {
  readonly operator: ComparisonOperator;
  readonly rest: readonly Token[];
}

function takeOperator(tokens: readonly Token[]): FoundOperator | undefined {
  const [first, second, third] = tokens;
  if (first === undefined) return undefined;
  if (first.kind === "operator") {
    const operator = NUMBER_OPERATORS.find((candidate) => candidate === first.text);
    return operator === undefined ? undefined : { operator, rest: tokens.slice(1) };
  }
  if (isKeyword(first, "LIKE")) return { operator: "LIKE", rest: tokens.slice(1) };
  if (isKeyword(first, "ILIKE")) return { operator: "ILIKE", rest: tokens.slice(1) };
  if (isKeyword(first, "IN")) return { operator: "IN", rest: tokens.slice(1) };
  if (isKeyword(first, "NOT") && isKeyword(second, "IN")) return { operator: "NOT IN", rest: tokens.slice(2) };
  if (!isKeyword(first, "IS")) return undefined;
  if (isKeyword(second, "NULL")) return { operator: "IS NULL", rest: tokens.slice(2) };
  if (isKeyword(second, "NOT") && isKeyword(third, "NULL")) return { operator: "IS NOT NULL", rest: tokens.slice(3) };
  return undefined;
}

interface Target {
  readonly entity: SearchEntity;
  readonly key: string;
}

function refuseOperator({ entity, key }: Target, operator: ComparisonOperator, isNumber: boolean): string | undefined {
  if (operator === "IS NULL" || operator === "IS NOT NULL") {
    const isFit = entity === "tag" || entity === "param" || entity === "metadata";
    return isFit
      ? undefined
      : `IS NULL / IS NOT NULL is only supported for tags and params, not for '${ENTITY_NAMES[entity]}' '${key}'`;
  }
  const valid = isNumber ? NUMBER_OPERATORS : TEXT_OPERATORS;
  if (valid.includes(operator)) return undefined;
  return `Invalid comparator '${operator}' for ${ENTITY_NAMES[entity]} '${key}'. Valid comparators are '${valid.join("', '")}'`;
}

interface FoundValue {
  readonly value: Comparison["value"];
  readonly rest: readonly Token[];
}

function takeValue(
  { operator, rest }: FoundOperator,
  target: Target & { readonly isNumber: boolean },
): Parsed<FoundValue> {
  if (operator === "IS NULL" || operator === "IS NOT NULL") return parsed({ value: undefined, rest });
  if (operator === "IN" || operator === "NOT IN") return takeList(rest);
  const [token] = rest;
  const found = token?.source ?? "";
  if (target.isNumber) {
    if (token?.kind === "number") return parsed({ value: Number(token.text), rest: rest.slice(1) });
    if (target.entity === "metric") return problem(`Expected numeric value type for metric. Found ${found}`);
    return problem(`Expected numeric value type for numeric attribute: ${target.key}. Found ${found}`);
  }
  if (token?.kind === "text" && !token.source.startsWith("`"))
    return parsed({ value: token.text, rest: rest.slice(1) });
  if (target.entity === "attribute") {
    return problem(
      `Parameter value is either not quoted or unidentified quote types used for string value ${found}. Use either single or double quotes.`,
    );
  }
  return problem(
    `Expected a quoted string value for ${ENTITY_NAMES[target.entity]} (e.g. 'my-value'). Got value ${found}`,
  );
}

function takeList(tokens: readonly Token[]): Parsed<FoundValue> {
  const end = tokens.findIndex((token) => token.kind === "close");
  const members = tokens.slice(1, end).filter((_, index) => index % 2 === 0);
  const separators = tokens.slice(1, end).filter((_, index) => index % 2 === 1);
  const isList =
    tokens[0]?.kind === "open" &&
    members.length === separators.length + 1 &&
    members.every((token) => token.kind === "text") &&
    separators.every((token) => token.kind === "comma");
  if (!isList) return problem("While parsing a list in the query, expected string value, punctuation, or whitespace.");
  return parsed({ value: members.map((token) => token.text), rest: tokens.slice(end + 1) });
}

function isNumberKey({ entity, key }: Target, vocabulary: SearchVocabulary): boolean {
  return entity === "metric" || (entity === "attribute" && lookUp(vocabulary.attributes, key) === "number");
}

function isKeyword(token: Token | undefined, word: string): boolean {
  return token?.kind === "name" && token.source.toUpperCase() === word;
}

function written(tokens: readonly Token[]): string {
  return tokens.map((token) => token.source).join(" ");
}

/** Own keys only: `constructor` is no attribute. */
function lookUp<Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
