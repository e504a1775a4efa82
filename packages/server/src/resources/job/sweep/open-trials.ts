import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";
import { childId } from "@lazuli/contract/resource-id.ts";

import type { ResourceContext } from "../../../engine/define-resource.ts";
import type { Resource } from "../../../engine/resources/resource.ts";
import { workspaceOf } from "../job-run.ts";
import { statusOf } from "./read-trials.ts";
import { trialName } from "./sweep-detail.ts";
import type { Sweep } from "./sweep-memory.ts";

/** A trial whose end the sweep has not taken in yet. */
export interface OpenTrial {
  readonly number: number;
  readonly name: string;
  readonly status: string;
  /** `undefined` for a trial that somebody deleted. */
  readonly resource: Resource | undefined;
}

const WAITING: readonly string[] = ["NotStarted", "Queued"];

export async function findOpenTrials(
  sweep: Sweep,
  numbers: readonly number[],
  context: ResourceContext,
): Promise<readonly OpenTrial[]> {
  const workspaceId = workspaceOf(sweep);
  return Promise.all(
    numbers.map(async (number) => {
      const name = trialName(sweep.name, number);
      const resource = await context.resources.find(childId(workspaceId, "jobs", name));
      return { number, name, resource, status: resource === undefined ? "Canceled" : statusOf(resource) };
    }),
  );
}

export function hasEnded({ status }: OpenTrial): boolean {
  return isTerminalStatus(status);
}

/** Whether the trial still waits for a node. */
export function isWaiting({ status }: OpenTrial): boolean {
  return WAITING.includes(status);
}
