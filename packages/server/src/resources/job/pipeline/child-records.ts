import type { ChildFact } from "../../../domain/pipelines/pipeline-facts.ts";
import type { Job, JobOutputState } from "../job-state.ts";

/** What a pipeline knows of one of its jobs. An ended job changes no more, so this is never out of date for long. */
export interface ChildRecord {
  readonly name: string;
  /** Node, and round of a loop, that it belongs to. */
  readonly instance: string;
  readonly fact: ChildFact;
  readonly status: Job["state"]["status"];
  readonly createdAt: number;
  readonly endedAt: number | undefined;
  readonly isReused: boolean;
  /** The job that really ran: its own, or the one that stands for it; it has the artifacts. */
  readonly ranAs: string;
  readonly outputs: Readonly<Record<string, JobOutputState>>;
  readonly inputs: NonNullable<Job["properties"]["inputs"]>;
  readonly error: Job["state"]["error"];
}
