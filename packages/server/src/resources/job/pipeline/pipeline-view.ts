import type { PipelineJob } from "@lazuli/contract/jobs/pipeline.ts";

import { buildGraph, type PipelineGraph } from "../../../domain/pipelines/pipeline-graph.ts";
import type { PipelineEvaluation } from "../../../domain/pipelines/evaluate-pipeline.ts";
import type { ChildFacts } from "../../../domain/pipelines/pipeline-facts.ts";
import type { Resource } from "../../../engine/resources/resource.ts";
import { childGuid } from "../children/child-jobs.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { workspaceOf } from "../job-run.ts";
import type { JobState } from "../job-state.ts";
import type { ChildRecord } from "./child-records.ts";
import { loadDefinition, type LoadedDefinition } from "./load-definition.ts";

export type Pipeline = Resource<PipelineJob, JobState>;

/** A pipeline as one look at it finds it. */
export interface PipelineScene {
  readonly pipeline: Pipeline;
  readonly view: PipelineView;
  /** Where its nodes stand. */
  readonly units: PipelineEvaluation["units"];
}

/** Views kept; the one that was used longest ago goes first. */
const VIEWS_MAX = 200;

/**
 * A pipeline in memory: its graph, and what was learnt of its jobs. Nothing here is the truth: all of it is read again
 * from the jobs' own rows when it is lost, so that the pipeline's row need not be written for each step that ends.
 */
export class PipelineView {
  readonly loaded: LoadedDefinition;
  readonly graph: PipelineGraph;
  /** By name of the job. */
  readonly records = new Map<string, ChildRecord>();
  /** When to look at every job that runs, in case news got lost; 0 before the first look. */
  nextFullLookAt = 0;
  /** Loops whose outputs are written out as one table. */
  readonly collected = new Set<string>();
  /** The execution log as it was written last. */
  logText = "";
  nextLogAt = 0;
  readonly #names = new Map<string, string>();
  readonly #parent: Pick<Pipeline, "key" | "createdAt">;

  constructor(parent: Pick<Pipeline, "key" | "createdAt">, loaded: LoadedDefinition) {
    this.#parent = parent;
    this.loaded = loaded;
    this.graph = buildGraph(loaded.definition).graph;
  }

  /** Name of the job of an instance, whether or not it exists. */
  nameOf(instance: string): string {
    const known = this.#names.get(instance);
    if (known !== undefined) return known;
    const name = childGuid(this.#parent, instance);
    this.#names.set(instance, name);
    return name;
  }

  recordOf(instance: string): ChildRecord | undefined {
    return this.records.get(this.nameOf(instance));
  }

  /** Facts for the graph; jobs that were refused have failed. */
  facts(refused: Readonly<Record<string, unknown>>): ChildFacts {
    return (instance) => {
      if (Object.hasOwn(refused, instance)) return { status: "failed", values: {} };
      return this.recordOf(instance)?.fact;
    };
  }
}

/** The pipelines that this process looks after. */
export class PipelineViews {
  readonly #views = new Map<string, PipelineView>();

  async open(pipeline: Pipeline, deps: JobDependencies): Promise<PipelineView> {
    const key = `${pipeline.key}\n${pipeline.createdAt}`;
    const known = this.#views.get(key);
    this.#views.delete(key);
    const view =
      known ??
      new PipelineView(
        pipeline,
        await loadDefinition(pipeline.properties, { workspaceId: workspaceOf(pipeline), assets: deps.assets }),
      );
    this.#views.set(key, view);
    const [oldest] = this.#views.keys();
    if (this.#views.size > VIEWS_MAX && oldest !== undefined) this.#views.delete(oldest);
    return view;
  }

  forget(pipeline: Pick<Pipeline, "key" | "createdAt">): void {
    this.#views.delete(`${pipeline.key}\n${pipeline.createdAt}`);
  }
}
