import { graphlib, layout } from "@dagrejs/dagre";

import type { StepGraph } from "./step-graph.ts";

export const STEP_WIDTH = 220;
export const STEP_HEIGHT = 64;

/** Where each step is drawn, top to bottom; its upper left corner. */
export function layOutSteps(graph: StepGraph): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const draft = new graphlib.Graph();
  draft.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 56, marginx: 24, marginy: 24 });
  draft.setDefaultEdgeLabel(() => ({}));
  for (const { name } of graph.steps) draft.setNode(name, { width: STEP_WIDTH, height: STEP_HEIGHT });
  for (const { from, to } of graph.links) draft.setEdge(from, to);
  layout(draft);
  return new Map(
    graph.steps.map(({ name }) => {
      const { x, y } = draft.node(name);
      return [name, { x: (x ?? 0) - STEP_WIDTH / 2, y: (y ?? 0) - STEP_HEIGHT / 2 }];
    }),
  );
}
