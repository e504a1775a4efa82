import type { ErrorDetail } from "@lazuli/contract/errors.ts";
import { commandJobSchema } from "@lazuli/contract/jobs/command.ts";
import type { SweepJob } from "@lazuli/contract/jobs/sweep.ts";

import type { ResourceContext } from "../../../engine/define-resource.ts";
import { parametersAt } from "../../../domain/search/parameters.ts";
import { readSettings } from "../../../domain/search/read-settings.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import type { KindAdmission, KindDraft } from "../job-kind.ts";
import { findLeafProblems } from "../leaf/find-leaf-problems.ts";
import { initialDetail } from "./sweep-detail.ts";
import { trialJob } from "./trial-job.ts";

const NAME_LENGTH_MAX = 240;
/** Fields of a command job that a sweep keeps in its trial. */
const TRIAL_FIELDS = ["command", "codeId", "environmentId", "environmentVariables", "distribution"];

/** Checks the sweep's own fields, then one trial as if it were about to run. */
export async function admitSweep(
  draft: KindDraft<SweepJob>,
  context: ResourceContext,
  deps: JobDependencies,
): Promise<KindAdmission<SweepJob>> {
  const { job, name } = draft;
  const { settings, issues } = readSettings(job);
  const trial = trialJob(job, { name: `${name}_0`, parameters: parametersAt(settings.space, {}) });
  // Expressions of parameters that were refused above are not unknown as well.
  const commandIssues = issues.some(({ code }) => code === "InvalidSearchSpace") ? [] : trial.issues;
  const leaf = await findLeafProblems(
    {
      name,
      workspaceId: draft.workspaceId,
      job: commandJobSchema.parse({ ...trial.properties, outputs: job.outputs }),
    },
    context,
    deps,
  );
  const unknown = new Set(trial.issues.map(({ message }) => message));
  const own = leaf.problems.filter(({ message }) => !unknown.has(message) && !message.includes("${{search_space."));
  const problems = [...issues, ...commandIssues, ...own.map(ofTrial), ...nameProblems(name)];
  const seed = job.samplingAlgorithm?.seed ?? seedFrom(context.newId());
  return {
    job: {
      ...job,
      samplingAlgorithm: { samplingAlgorithmType: "Random", ...job.samplingAlgorithm },
      trial: { ...job.trial, environmentId: leaf.environmentId },
    },
    problems,
    state: { detail: initialDetail(seed) },
  };
}

/** The fields of the trial are the trial's own on the wire. */
function ofTrial(problem: ErrorDetail): ErrorDetail {
  const [, field = ""] = problem.target?.split(".") ?? [];
  if (!TRIAL_FIELDS.includes(field)) return problem;
  return { ...problem, target: `properties.trial.${problem.target?.slice("properties.".length) ?? ""}` };
}

function nameProblems(name: string): ErrorDetail[] {
  if (name.length <= NAME_LENGTH_MAX) return [];
  const message = `The name of sweep '${name}' is longer than ${NAME_LENGTH_MAX}, which leaves no room for its trials'.`;
  return [{ code: "InvalidValue", message, target: "name" }];
}

/** A number that a caller can write down and use again. */
function seedFrom(id: string): number {
  let seed = 0;
  for (const character of id) seed = (Math.imul(seed, 31) + (character.codePointAt(0) ?? 0)) >>> 1;
  return seed;
}
