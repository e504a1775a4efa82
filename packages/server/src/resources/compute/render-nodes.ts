import type { NodeView } from "./node-views.ts";

/** Nodes of a compute and what they do, in the fields that Azure's clients read. */
export function renderNodes(views: readonly NodeView[]): { nodes: readonly Record<string, unknown>[] } {
  const nodes = views.map(({ node, nodeId, state, jobName }) => ({
    nodeId,
    privateIpAddress: "127.0.0.1",
    publicIpAddress: null,
    port: null,
    nodeState: state,
    runId: jobName ?? null,
    // Azure has no such field, its clients ignore it.
    lazuli: { node: node.index, gpus: node.gpus, since: new Date(node.since).toISOString() },
  }));
  return { nodes };
}
