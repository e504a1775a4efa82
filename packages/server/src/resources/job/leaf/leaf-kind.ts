import type { JobProperties } from "@lazuli/contract/resources/job.ts";
import type { ErrorDetail } from "@lazuli/contract/errors.ts";
import type { z } from "zod";

import type { ResourceContext } from "../../../engine/define-resource.ts";
import { defineJobKind, type JobKind, type KindAdmission, type KindDraft } from "../job-kind.ts";
import { clearLeaf } from "./clear-leaf.ts";
import { findLeafProblems } from "./find-leaf-problems.ts";
import type { LeafJob } from "./leaf-job.ts";
import { reconcileLeaf } from "./reconcile-leaf.ts";

/** What sets one kind of leaf apart from another. */
export interface LeafKindParts<Properties extends JobProperties> {
  readonly jobType: Properties["jobType"];
  readonly schema: z.ZodType<Properties>;
  toLeaf(properties: Properties): LeafJob;
  /** Fills in what only the store knows, before anything is checked. */
  prepare?(draft: KindDraft<Properties>, context: ResourceContext): Promise<KindAdmission<Properties>>;
  /** Problems of fields that only this kind has. */
  findProblems?(draft: KindDraft<Properties>): readonly ErrorDetail[];
  /** Takes over what was resolved for the leaf: its environment as a reference that stays the same. */
  withEnvironment(properties: Properties, environmentId: string): Properties;
  /** Wire properties that are not those of all jobs. */
  render?: JobKind<Properties>["render"];
}

/** A kind whose jobs run on nodes: checked, seated, started and ended by the machinery that all leaves share. */
export function leafKind<Properties extends JobProperties>(parts: LeafKindParts<Properties>): JobKind {
  return defineJobKind<Properties>({
    jobType: parts.jobType,
    schema: parts.schema,
    toLeaf: parts.toLeaf,
    ...(parts.render !== undefined && { render: parts.render }),
    async admit(asked, context, deps) {
      const prepared = await parts.prepare?.(asked, context);
      const draft = { ...asked, job: prepared?.job ?? asked.job };
      const own = [...(prepared?.problems ?? []), ...(parts.findProblems?.(draft) ?? [])];
      const leaf = parts.toLeaf(draft.job);
      const { problems, environmentId } = await findLeafProblems({ ...draft, job: leaf }, context, deps);
      return { job: parts.withEnvironment(draft.job, environmentId), problems: [...own, ...problems] };
    },
    reconcile: (job, tools) => reconcileLeaf({ ...job, properties: parts.toLeaf(job.properties) }, tools),
    clear: (job, tools) => clearLeaf({ ...job, properties: parts.toLeaf(job.properties) }, tools),
  });
}
