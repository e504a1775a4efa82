import type { Operation } from "./operation.ts";

/** An operation and what the path said of its input. */
export interface FoundOperation {
  readonly operation: Operation;
  readonly pathInput: Readonly<Record<string, string>>;
}

export interface OperationTable {
  find(method: string, path: string): FoundOperation | undefined;
}

/** Looks fixed paths up in a map; the few with parts in braces are tried in turn. */
export function createOperationTable(operations: readonly Operation[]): OperationTable {
  const fixed = new Map<string, Operation>();
  const patterns: { readonly operation: Operation; readonly parts: readonly string[] }[] = [];
  for (const operation of operations) {
    if (operation.path.includes("{")) patterns.push({ operation, parts: operation.path.split("/") });
    else fixed.set(`${operation.method} ${operation.path}`, operation);
  }
  return {
    find(method, path) {
      const operation = fixed.get(`${method} ${path}`);
      if (operation !== undefined) return { operation, pathInput: {} };
      const parts = path.split("/");
      for (const pattern of patterns) {
        const pathInput = pattern.operation.method === method ? matchParts(pattern.parts, parts) : undefined;
        if (pathInput !== undefined) return { operation: pattern.operation, pathInput };
      }
      return undefined;
    },
  };
}

function matchParts(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const input: [name: string, value: string][] = [];
  for (const [index, expected] of pattern.entries()) {
    const actual = parts[index] ?? "";
    if (expected.startsWith("{") && actual !== "") input.push([expected.slice(1, -1), actual]);
    else if (expected !== actual) return undefined;
  }
  return Object.fromEntries(input);
}
