import type { CommandJob } from "@lazuli/contract/jobs/command.ts";

import type { Resource } from "../../../engine/resources/resource.ts";
import type { JobState } from "../job-state.ts";

/**
 * What a job asks of the nodes that it runs on, whatever its kind: the fields of a command job, and what the platform
 * brings along. A kind whose jobs run on nodes turns its own properties into this.
 */
export type LeafJob = CommandJob & { readonly additions?: LeafAdditions };

/** What the platform adds to the user's own environment and command. */
export interface LeafAdditions {
  /** Requirements in pip's grammar, on top of the environment's. */
  readonly requirements?: readonly string[];
  /** Stands for the environment of a job that names none; holds {@link requirements} alone. */
  readonly ownEnvironment?: { readonly name: string; readonly python: string };
  /** Puts the package `lazuli`, which the command runs a module of, on Python's path. */
  readonly needsPlatformPackage?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
  /** What stands in for what was asked, as the job tells it. */
  readonly substitutions?: Readonly<Record<string, string>>;
  /** Node 0 decides how the job ends; the other nodes end with it. */
  readonly isLed?: boolean;
}

/** A job as the machinery of tasks sees it. */
export type Leaf = Resource<LeafJob, JobState>;
