import { createHash } from "node:crypto";

import type { Job } from "../job-state.ts";
import type { Leaf } from "./leaf-job.ts";

type Attempt = Pick<Job, "key" | "createdAt" | "state">;

/** The job's first task: the same for the same job and attempt, so that a retry finds what it started before. */
export function taskIdOf(job: Attempt): string {
  const text = `${job.key}\n${job.createdAt}\n${job.state.attempt}`;
  return `job-${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
}

/** A task for each node of the job, by rank. */
export function taskIdsOf(job: Leaf): readonly string[] {
  const first = taskIdOf(job);
  return Array.from({ length: nodeCountOf(job) }, (_, rank) => (rank === 0 ? first : `${first}-${rank}`));
}

/** Nodes that the job takes all at once. */
export function nodeCountOf(job: Pick<Leaf, "properties">): number {
  return job.properties.resources?.instanceCount ?? 1;
}
