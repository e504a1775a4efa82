import { isTerminalStatus } from "@lazuli/contract/jobs/job-base.ts";

import { joinFacts, parseInstance, type ChildFact } from "../../../domain/pipelines/pipeline-facts.ts";
import type { ChildNews } from "../children/child-news.ts";
import { findChild, listChildren } from "../children/child-jobs.ts";
import type { Job } from "../job-state.ts";
import type { ReconcileTools } from "../reconcile-tools.ts";
import { readControlValues } from "./control-values.ts";
import type { Pipeline, PipelineView } from "./pipeline-view.ts";

/** Property of a step's job that names the node, and the round of a loop, that it belongs to. */
export const NODE_PROPERTY = "azureml.nodeid";
const FULL_LOOK_MS = 15_000;

/**
 * Brings the view up to date: from the news, and now and then from every job that is not known to have ended.
 *
 * @returns Whether there was anything to look at.
 */
export async function learnChildren(
  pipeline: Pipeline,
  view: PipelineView,
  tools: ReconcileTools & { readonly news: ChildNews },
): Promise<boolean> {
  const { context, news } = tools;
  const now = context.clock.now();
  if (view.nextFullLookAt === 0) {
    for (const child of await listChildren(pipeline, context)) await learnChild(view, child, tools);
    view.nextFullLookAt = now + FULL_LOOK_MS;
    return true;
  }
  const isFull = now >= view.nextFullLookAt;
  if (isFull) view.nextFullLookAt = now + FULL_LOOK_MS;
  const running = [...view.records.values()].filter(({ fact }) => fact.status === "active").map(({ name }) => name);
  const told = news.list(pipeline.key);
  for (const name of new Set(isFull ? [...told, ...running] : told)) {
    const child = await findChild(pipeline, name, context);
    if (child === undefined) view.records.delete(name);
    else await learnChild(view, child, tools);
    if (view.records.get(name)?.fact.status !== "active") news.forget(pipeline.key, name);
  }
  return isFull || told.length > 0;
}

/** Notes where a child stands. */
export async function learnChild(view: PipelineView, child: Job, tools: ReconcileTools): Promise<void> {
  const known = view.records.get(child.name);
  if (known !== undefined && known.fact.status !== "active") return;
  const status = factStatus(child);
  const instance = child.properties.properties?.[NODE_PROPERTY] ?? "";
  const node = view.loaded.definition.nodes[parseInstance(instance).node];
  const values = status === "completed" ? await readControlValues(child, node, tools.deps) : {};
  view.records.set(child.name, {
    name: child.name,
    instance,
    fact: joinFacts(known?.fact, { status, values }),
    status: child.state.status,
    createdAt: child.createdAt,
    endedAt: child.state.endedAt,
    isReused: child.state.reusedFrom !== undefined,
    ranAs: child.state.reusedFrom ?? child.name,
    outputs: child.state.outputs,
    inputs: child.properties.inputs ?? {},
    error: child.state.error,
  });
}

function factStatus(child: Job): ChildFact["status"] {
  const { status } = child.state;
  if (!isTerminalStatus(status)) return "active";
  if (status === "Completed") return "completed";
  return status === "Failed" ? "failed" : "canceled";
}
