import type { LoopItem } from "./loop-items.ts";
import type { ChildFacts } from "./pipeline-facts.ts";
import type { PipelineGraph } from "./pipeline-graph.ts";

/** `waiting`: something has to end first. `ready`: may start now. The last four are final. */
export type UnitStatus = "waiting" | "ready" | "active" | "completed" | "failed" | "canceled" | "skipped";

export interface UnitResult {
  readonly status: UnitStatus;
  /** Why it failed or was skipped. */
  readonly reason?: string;
  /** Of a decision: the answer. */
  readonly branch?: boolean;
  /** Of a loop: rounds that have begun; of a do-while that completed, the last one holds its outputs. */
  readonly roundCount?: number;
  /** Of a parallel-for: its items, once known. */
  readonly items?: readonly LoopItem[];
  /** Of a choice: the input that it passes on. */
  readonly chosenInput?: string;
  /** Jobs to start now. */
  readonly start?: readonly string[];
}

export interface PipelinePolicy {
  /** A failed step keeps only those from running that need it. */
  readonly continueOnStepFailure: boolean;
  /** An optional input whose step failed or was skipped stays unset. */
  readonly runOnFailedOptionalInput: boolean;
  /** Jobs at a time. */
  readonly activeMax: number;
}

export interface EvaluationInput {
  readonly childOf: ChildFacts;
  /** Literal inputs of the pipeline as text. */
  readonly literals: Readonly<Record<string, string>>;
  readonly policy: PipelinePolicy;
}

/** What deciding about a unit looks at. */
export interface UnitWorld extends EvaluationInput {
  readonly graph: PipelineGraph;
  /** Of the units before it. */
  readonly units: ReadonlyMap<string, UnitResult>;
}

/** `undefined` for a text that is neither. */
export function parseFlag(text: string | undefined): boolean | undefined {
  const word = text?.trim().toLowerCase();
  if (word === "true" || word === "1") return true;
  return word === "false" || word === "0" || word === "" ? false : undefined;
}
