import type { ErrorDetail } from "@lazuli/contract/errors.ts";
import type { JobProperties } from "@lazuli/contract/resources/job.ts";
import type { z } from "zod";

import type { Principal } from "../../engine/access/principal.ts";
import type { Outcome, ResourceContext } from "../../engine/define-resource.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import type { JobState } from "./job-state.ts";
import type { LeafJob } from "./leaf/leaf-job.ts";
import type { ReconcileTools } from "./reconcile-tools.ts";

/** A job that is about to be made. */
export interface KindDraft<Properties> {
  readonly id: string;
  readonly name: string;
  readonly workspaceId: string;
  /** With the defaults that all kinds share. */
  readonly job: Properties;
  readonly principal: Principal;
}

export interface KindAdmission<Properties> {
  /** With the kind's own defaults, and its references resolved. */
  readonly job: Properties;
  /** Everything that would keep it from running; a job with problems is refused with all of them. */
  readonly problems: readonly ErrorDetail[];
  /** What the kind keeps of its own from the start. */
  readonly state?: Partial<JobState>;
}

/**
 * How jobs of one type behave. A *leaf* runs on nodes (see `leaf/`); a *parent* makes jobs of its own (see
 * `children/`) and follows them. `reconcile` is level-based: it looks at what is there, never at what changed.
 */
export interface JobKind<Properties extends JobProperties = JobProperties> {
  readonly jobType: Properties["jobType"];
  readonly schema: z.ZodType<Properties>;
  admit(
    draft: KindDraft<Properties>,
    context: ResourceContext,
    deps: JobDependencies,
  ): Promise<KindAdmission<Properties>>;
  /** Not called for a job that is being deleted. */
  reconcile(job: Resource<Properties, JobState>, tools: ReconcileTools): Promise<Outcome<JobState>>;
  /** Ends a deleted job and removes what it left; `ready` lets its row go. */
  clear(job: Resource<Properties, JobState>, tools: ReconcileTools): Promise<Outcome<JobState>>;
  /** Wire properties that are not those of all jobs. */
  render?(job: Resource<Properties, JobState>, deps: JobDependencies): Record<string, unknown>;
  /** What Azure has no field for: joins what all jobs tell under `lazuli`. */
  describe?(job: Resource<Properties, JobState>): Record<string, unknown>;
  /** Of a leaf: what it asks of its nodes. */
  toLeaf?(properties: Properties): LeafJob;
}

/** Keeps the types of one kind together while it is written; the dispatcher treats all alike. */
export function defineJobKind<Properties extends JobProperties>(kind: JobKind<Properties>): JobKind {
  // A kind is only handed jobs of its own type: the dispatcher finds it by that type.
  return kind as unknown as JobKind;
}

/** The kinds by the type of job. */
export class JobKinds {
  readonly #byType: ReadonlyMap<string, JobKind>;

  constructor(kinds: readonly JobKind[]) {
    this.#byType = new Map(kinds.map((kind) => [kind.jobType, kind]));
  }

  /** `undefined` for a type that nothing carries out. */
  find(jobType: string): JobKind | undefined {
    return this.#byType.get(jobType);
  }

  /** What the job asks of its nodes; `undefined` for one that has none. */
  toLeaf(properties: JobProperties): LeafJob | undefined {
    return this.find(properties.jobType)?.toLeaf?.(properties);
  }
}
