import type { Issue } from "../issue.ts";

/** A piece of a command: plain text, a `${{path.to.value}}`, or a `$[[part]]` that may be left out. */
export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "expression"; readonly path: readonly string[]; readonly source: string }
  | { readonly kind: "optional"; readonly parts: readonly TemplatePart[] };

export interface Template {
  readonly parts: readonly TemplatePart[];
  readonly issues: readonly Issue[];
}

const TOKEN = /\$\{\{|\$\[\[|\]\]/g;
const PATH = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_][A-Za-z0-9_-]*)*$/;

/**
 * Takes a command apart.
 *
 * @param target Field that the text stands in; issues carry it.
 */
export function parseTemplate(text: string, target: string): Template {
  const issues: Issue[] = [];
  const { parts } = parseParts({ text, target, issues }, 0, false);
  return { parts, issues };
}

/** All expressions of a template, in order; `isOptional` for those inside `$[[ ]]`. */
export function listExpressions(
  parts: readonly TemplatePart[],
  isOptional = false,
): readonly { readonly path: readonly string[]; readonly source: string; readonly isOptional: boolean }[] {
  return parts.flatMap((part) => {
    if (part.kind === "text") return [];
    if (part.kind === "optional") return listExpressions(part.parts, true);
    return [{ path: part.path, source: part.source, isOptional }];
  });
}

interface Source {
  readonly text: string;
  readonly target: string;
  readonly issues: Issue[];
}

function parseParts(source: Source, start: number, isInside: boolean): { parts: TemplatePart[]; end: number } {
  const parts: TemplatePart[] = [];
  let position = start;
  for (;;) {
    const token = nextToken(source.text, position, isInside);
    parts.push(...textPart(source.text.slice(position, token?.at ?? source.text.length)));
    if (token === undefined) {
      if (isInside) source.issues.push(unclosed(source, "$[[", "]]"));
      return { parts, end: source.text.length };
    }
    if (token.text === "]]") return { parts, end: token.at + 2 };
    if (token.text === "$[[") {
      const inner = parseParts(source, token.at + 3, true);
      parts.push({ kind: "optional", parts: inner.parts });
      position = inner.end;
    } else {
      position = parseExpression(source, token.at, parts);
    }
  }
}

function nextToken(text: string, from: number, isInside: boolean): { text: string; at: number } | undefined {
  TOKEN.lastIndex = from;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    // `]]` outside of an optional part is the shell's own, as in `[[ -f x ]]`; so is `$[[` within one.
    if (match[0] === "]]" && !isInside) continue;
    if (match[0] === "$[[" && isInside) continue;
    return { text: match[0], at: match.index };
  }
  return undefined;
}

function parseExpression(source: Source, at: number, parts: TemplatePart[]): number {
  const close = source.text.indexOf("}}", at + 3);
  if (close < 0) {
    source.issues.push(unclosed(source, "${{", "}}"));
    parts.push({ kind: "text", text: source.text.slice(at) });
    return source.text.length;
  }
  const whole = source.text.slice(at, close + 2);
  const path = source.text.slice(at + 3, close).trim();
  if (PATH.test(path)) {
    parts.push({ kind: "expression", path: path.split("."), source: whole });
  } else {
    source.issues.push({
      code: "InvalidExpression",
      message: `'${whole}' is not an expression; write a dotted name such as '\${{inputs.data}}'.`,
      target: source.target,
    });
    parts.push({ kind: "text", text: whole });
  }
  return close + 2;
}

function textPart(text: string): TemplatePart[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

function unclosed(source: Source, open: string, close: string): Issue {
  return {
    code: "InvalidExpression",
    message: `A '${open}' is never closed; add the missing '${close}'.`,
    target: source.target,
  };
}
