import type { FileDigests } from "../../domain/reuse/compare-files.ts";
import { explainDifference, type PartDifference } from "../../domain/reuse/explain-difference.ts";
import type { StepParts } from "../../domain/reuse/step-parts.ts";
import type { ContentIdentity } from "./content-identity.ts";
import type { StepRun } from "./reuse-rows.ts";
import type { StepRuns } from "./step-runs.ts";

/** Why a step ran. */
export interface RunExplanation {
  readonly code: string;
  /** A sentence for people. */
  readonly message: string;
  /** Digest of everything that decides whether the step can be reused; `null` where it could not be told. */
  readonly key: string | null;
  /** The earlier run of the same step that differs least. */
  readonly comparedWith: { readonly job: string; readonly at: number } | null;
  readonly differences: readonly PartDifference[];
}

export interface ExplainReader {
  readonly runs: StepRuns;
  readonly contents: ContentIdentity;
}

/** Says why a step ran, and what differs from the nearest earlier run of it. */
export async function explainRun(run: StepRun, reader: ExplainReader): Promise<RunExplanation> {
  const { verdict, stepKey } = run;
  const plain = { ...verdict, key: stepKey === "" ? null : stepKey, comparedWith: null, differences: [] };
  if (verdict.code !== "noEqualRun" || run.parts === undefined) return plain;
  const nearest = await findNearest(run, run.parts, reader.runs);
  if (nearest === undefined) return { ...plain, code: "noEarlierRun", message: "This step has not run before." };
  const differences = await explainWithFiles(nearest.parts, run.parts, reader.contents);
  return {
    ...plain,
    code: "changed",
    message: `It differs from its run in job '${nearest.job}': ${differences.map(({ message }) => message).join("; ")}.`,
    comparedWith: { job: nearest.job, at: nearest.at },
    differences,
  };
}

interface Nearest {
  readonly job: string;
  readonly at: number;
  readonly parts: StepParts;
}

async function findNearest(run: StepRun, parts: StepParts, runs: StepRuns): Promise<Nearest | undefined> {
  let best: (Nearest & { readonly count: number }) | undefined;
  for (const earlier of await runs.listEarlier(run)) {
    if (earlier.parts === undefined) continue;
    const count = explainDifference(earlier.parts, parts).length;
    // An equal one came at the same moment: it was not there yet when this step looked.
    if (count === 0 || (best !== undefined && best.count <= count)) continue;
    const job = earlier.jobKey.slice(earlier.jobKey.lastIndexOf("/") + 1);
    best = { job, at: earlier.createdAt, parts: earlier.parts, count };
  }
  return best;
}

/** Differences with the names of the files that changed, as far as their lists were kept. */
export async function explainWithFiles(
  before: StepParts,
  after: StepParts,
  contents: ContentIdentity,
): Promise<readonly PartDifference[]> {
  const files = new Map<string, FileDigests>();
  for (const { part, ...difference } of explainDifference(before, after)) {
    if (part !== "code" && part !== "input") continue;
    for (const digest of [difference.before, difference.after]) {
      const found = digest === undefined ? undefined : await contents.filesOf(digest);
      if (digest !== undefined && found !== undefined) files.set(digest, found);
    }
  }
  return explainDifference(before, after, (digest) => files.get(digest));
}
