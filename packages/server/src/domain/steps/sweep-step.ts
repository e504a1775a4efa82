import type { ComponentSpec } from "@lazuli/contract/jobs/component-spec.ts";
import type { StepNode } from "@lazuli/contract/jobs/pipeline-node.ts";
import { SEARCH_EXPRESSIONS } from "@lazuli/contract/jobs/search-expressions.ts";
import { z } from "zod";

import { runFields } from "./command-step.ts";
import { camelFields, presentFields, resourcesOf, toDuration, toNumber } from "./shared-fields.ts";

const fieldMap = z.record(z.string(), z.unknown());
const sweepPartsSchema = z.looseObject({
  sampling_algorithm: z.union([z.string(), fieldMap]).nullish(),
  search_space: z.record(z.string(), z.union([fieldMap, z.array(z.unknown())])).nullish(),
  objective: fieldMap.nullish(),
  early_termination: fieldMap.nullish(),
  limits: fieldMap.nullish(),
});

/** What of a sweep job's properties comes from the component of its trials and its step. */
export function sweepStepFields(trial: ComponentSpec, step: StepNode): Record<string, unknown> {
  const parts = sweepPartsSchema.parse(step);
  const space = parts.search_space ?? {};
  const run = runFields(trial, { ...step, resources: undefined });
  const limits = parts.limits ?? {};
  return presentFields({
    trial: { ...run, command: searchCommand(trial.command ?? "", Object.keys(space)) },
    searchSpace: Object.fromEntries(Object.entries(space).map(([name, value]) => [name, expressionOf(value)])),
    samplingAlgorithm: samplingOf(parts.sampling_algorithm),
    objective: camelFields(parts.objective ?? {}),
    earlyTermination: terminationOf(parts.early_termination),
    limits: presentFields({
      jobLimitsType: "Sweep",
      maxTotalTrials: toNumber(limits["max_total_trials"]),
      maxConcurrentTrials: toNumber(limits["max_concurrent_trials"]),
      timeout: toDuration(limits["timeout"]),
      trialTimeout: toDuration(limits["trial_timeout"]),
    }),
    resources: resourcesOf({ resources: step.resources }, { type: "sweep" }),
    queueSettings: step.queue_settings == null ? undefined : camelFields(step.queue_settings),
  });
}

/** A component's command knows its parameters as inputs; in a sweep job they are searched for. */
function searchCommand(command: string, parameters: readonly string[]): string {
  return command.replace(/\$\{\{\s*inputs\.([A-Za-z_][\w.-]*)\s*\}\}/g, (whole: string, name: string) =>
    parameters.includes(name) ? `\${{search_space.${name}}}` : whole,
  );
}

/** `{type: uniform, min_value: 0, max_value: 1}` becomes `["uniform", [0, 1]]`. */
function expressionOf(value: Readonly<Record<string, unknown>> | readonly unknown[]): unknown {
  if (Array.isArray(value)) return value;
  const fields = Object.fromEntries(Object.entries(value));
  const type = String(fields["type"] ?? "");
  if (type === "choice") return ["choice", [choicesOf(fields["values"])]];
  const names = SEARCH_EXPRESSIONS[type] ?? [];
  return [type, names.map((name) => toNumber(fields[name]))];
}

/** Choices may be objects that hold expressions of their own. */
function choicesOf(values: unknown): unknown {
  if (!Array.isArray(values)) return values;
  return values.map((choice: unknown) => {
    const parsed = fieldMap.safeParse(choice);
    if (!parsed.success) return choice;
    const entries = Object.entries(parsed.data).map(([name, inner]) => {
      const expression = fieldMap.safeParse(inner);
      return [name, expression.success && "type" in expression.data ? expressionOf(expression.data) : inner];
    });
    return Object.fromEntries(entries);
  });
}

function samplingOf(given: string | Readonly<Record<string, unknown>> | null | undefined): unknown {
  if (given == null) return undefined;
  if (typeof given === "string") return { samplingAlgorithmType: given };
  const { type, samplingAlgorithmType, ...rest } = camelFields(given);
  return { ...rest, samplingAlgorithmType: samplingAlgorithmType ?? type };
}

function terminationOf(given: Readonly<Record<string, unknown>> | null | undefined): unknown {
  if (given == null) return undefined;
  const { type, policyType, ...rest } = camelFields(given);
  const word = String(policyType ?? type ?? "").replaceAll("_", "");
  return { ...rest, policyType: word };
}
