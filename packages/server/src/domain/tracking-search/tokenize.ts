import { parsed, problem, type Parsed } from "./search-grammar.ts";

export interface Token {
  readonly kind: "name" | "text" | "number" | "operator" | "open" | "close" | "comma";
  /** As written. */
  readonly source: string;
  /** A name or text without its quotes. */
  readonly text: string;
  /** Names: the prefix before the first dot that is outside quotes. */
  readonly prefix: string | undefined;
}

/** Filters longer than this are refused before anything looks at them. */
export const FILTER_CHARS_MAX = 100_000;

const SPACE = /\s+/y;
const OPERATOR = /<=|>=|!=|<>|=|<|>/y;
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/y;
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`/y;
const NAME = /(?:[^\s<>=!(),'"`]+|(?<=\.)(?:'[^']*'|"[^"]*"|`[^`]*`)|`[^`]*`(?=\.))+/y;
const PUNCTUATION = { "(": "open", ")": "close", ",": "comma" } as const;

/** Cuts a filter or an order into tokens. Each rule is anchored and without nested repetition: time is linear. */
export function tokenize(source: string): Parsed<readonly Token[]> {
  if (source.length > FILTER_CHARS_MAX) return problem(`The filter has more than ${FILTER_CHARS_MAX} characters.`);
  const tokens: Token[] = [];
  let position = 0;
  while (position < source.length) {
    position += match(SPACE, source, position)?.length ?? 0;
    if (position >= source.length) break;
    const token = nextToken(source, position);
    if (token === undefined) return problem(`Invalid clause(s) in filter string: '${source.slice(position)}'`);
    tokens.push(token);
    position += token.source.length;
  }
  return parsed(tokens);
}

function nextToken(source: string, position: number): Token | undefined {
  const character = source[position];
  if (character === "(" || character === ")" || character === ",") {
    return { kind: PUNCTUATION[character], source: character, text: character, prefix: undefined };
  }
  const operator = match(OPERATOR, source, position);
  if (operator !== undefined) {
    return { kind: "operator", source: operator, text: operator === "<>" ? "!=" : operator, prefix: undefined };
  }
  const number = match(NUMBER, source, position);
  if (number !== undefined) return { kind: "number", source: number, text: number, prefix: undefined };
  const name = match(NAME, source, position);
  const quoted = match(QUOTED, source, position);
  if (quoted !== undefined && quoted.length >= (name?.length ?? 0)) {
    return { kind: "text", source: quoted, text: unquote(quoted), prefix: undefined };
  }
  return name === undefined ? undefined : nameToken(name);
}

function nameToken(source: string): Token {
  const end = source.startsWith("`") ? source.indexOf("`.") + 1 : source.indexOf(".");
  if (end <= 0) return { kind: "name", source, text: unquote(source), prefix: undefined };
  return { kind: "name", source, text: unquote(source.slice(end + 1)), prefix: unquote(source.slice(0, end)) };
}

function unquote(text: string): string {
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"' && quote !== "`") || !text.endsWith(quote)) return text;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}

function match(rule: RegExp, source: string, position: number): string | undefined {
  rule.lastIndex = position;
  return rule.exec(source)?.[0];
}
