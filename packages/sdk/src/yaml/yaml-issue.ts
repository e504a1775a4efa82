import { PlatformError } from "@lazuli/contract/errors.ts";

/** One thing wrong with a YAML file. Line and column count from 1; they are absent for values that `--set` brought. */
export interface YamlIssue {
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** Where in the document, as `inputs.data.mode`. */
  readonly path: string;
  readonly message: string;
}

export function renderYamlIssue(issue: YamlIssue): string {
  const place = issue.line === undefined ? issue.file : `${issue.file}:${issue.line}:${issue.column}`;
  return `${place}: ${issue.message}`;
}

/** All problems of one file as one `BadRequest`; its details hold each of them. */
export function yamlError(issues: readonly YamlIssue[]): PlatformError {
  const lines = issues.map(renderYamlIssue);
  return new PlatformError("BadRequest", lines.join("\n"), {
    details: issues.map((issue, index) => ({ code: "InvalidYaml", message: lines[index] ?? "", target: issue.path })),
  });
}
