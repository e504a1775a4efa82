import type { ComponentSpec } from "@lazuli/contract/jobs/component-spec.ts";
import type { StepNode } from "@lazuli/contract/jobs/pipeline-node.ts";

import {
  camelFields,
  distributionOf,
  plainReference,
  presentFields,
  resourcesOf,
  servicesOf,
  toDuration,
  variablesOf,
} from "./shared-fields.ts";

/** What of a command job's properties comes from its component's spec and its step; the step's word counts. */
export function commandStepFields(spec: ComponentSpec, step: StepNode): Record<string, unknown> {
  const limits = { ...spec.limits, ...step.limits };
  const timeout = toDuration(limits["timeout"]);
  return presentFields({
    ...runFields(spec, step),
    ...(timeout !== undefined && { limits: { jobLimitsType: "Command", timeout } }),
    services: servicesOf(step),
    queueSettings: step.queue_settings == null ? undefined : camelFields(step.queue_settings),
  });
}

/** What a command and the trials of a sweep have in common. */
export function runFields(spec: ComponentSpec, step: StepNode): Record<string, unknown> {
  const environment = step.environment ?? spec.environment;
  return presentFields({
    command: spec.command,
    codeId: spec.code == null ? undefined : plainReference(spec.code),
    environmentId: typeof environment === "string" ? plainReference(environment) : undefined,
    environmentVariables: variablesOf(step, spec),
    distribution: distributionOf(step, spec),
    resources: resourcesOf(step, spec),
  });
}
