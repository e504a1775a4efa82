import { stripVTControlCharacters } from "node:util";

/** How one public example came out. */
export interface ExampleResult {
  readonly path: string;
  readonly kind: string;
  readonly outcome: "passed" | "failed" | "refused";
  readonly seconds: number;
  readonly detail: string;
}

const ROW = /^\| `([^`]+)` \| (\S+) \| (passed|refused|failed) \| (.*?) \|$/gm;

/** What an earlier page says, with the outcomes of a later run put in their places. */
export function mergeResults(page: string, results: readonly ExampleResult[]): ExampleResult[] {
  const later = new Map(results.map((result) => [result.path, result]));
  const earlier = [...page.matchAll(ROW)].map(([, path = "", kind = "", outcome, detail = ""]): ExampleResult => {
    const known = outcome === "passed" || outcome === "refused" ? outcome : "failed";
    return { path, kind, outcome: known, seconds: 0, detail: detail.trim().replaceAll("\\|", "|") };
  });
  const places = new Set(earlier.map(({ path }) => path));
  return [
    ...earlier.map((result) => later.get(result.path) ?? result),
    ...results.filter(({ path }) => !places.has(path)),
  ];
}

const DETAIL_LENGTH_MAX = 200;

/** The coverage page of public examples. */
export function renderExamplesCoverage(results: readonly ExampleResult[], source: string): string {
  const count = (outcome: ExampleResult["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  const rows = results.map(
    ({ path, kind, outcome, detail }) =>
      `| \`${path}\` | ${kind} | ${outcome} | ${outcome === "passed" ? "" : cell(detail)} |`,
  );
  return [
    "# Public examples",
    "",
    `Cases of ${source}, run through \`azure-ai-ml\` against a fresh server by \`npm run examples\`; written by the tool, not by`,
    "hand. *refused*: the platform says in words that it does not do this yet. Remote data is answered from local copies.",
    "",
    `${count("passed")} passed, ${count("refused")} refused, ${count("failed")} failed.`,
    "",
    "| example | kind | outcome | why |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function cell(text: string): string {
  return stripVTControlCharacters(text).replace(/\s+/g, " ").replaceAll("|", "\\|").slice(0, DETAIL_LENGTH_MAX);
}
