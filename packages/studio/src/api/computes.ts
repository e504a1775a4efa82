import { useQuery } from "@tanstack/react-query";
import * as z from "zod/mini";

import { armPath, armSchema, listAll } from "./arm.ts";
import { useApi, useWorkspace } from "./workspace-context.tsx";

const NODES_REFRESH_MS = 3000;

const scaleSchema = z.looseObject({
  minNodeCount: z.nullish(z.number()),
  maxNodeCount: z.nullish(z.number()),
  nodeIdleTimeBeforeScaleDown: z.nullish(z.string()),
});

const nodeCountsSchema = z.looseObject({
  idleNodeCount: z.nullish(z.number()),
  runningNodeCount: z.nullish(z.number()),
  preparingNodeCount: z.nullish(z.number()),
  unusableNodeCount: z.nullish(z.number()),
  leavingNodeCount: z.nullish(z.number()),
  preemptedNodeCount: z.nullish(z.number()),
});

const computeSchema = armSchema(
  z.looseObject({
    computeType: z.nullish(z.string()),
    description: z.nullish(z.string()),
    provisioningState: z.nullish(z.string()),
    createdOn: z.nullish(z.string()),
    properties: z.nullish(
      z.looseObject({
        vmSize: z.nullish(z.string()),
        vmPriority: z.nullish(z.string()),
        state: z.nullish(z.string()),
        allocationState: z.nullish(z.string()),
        currentNodeCount: z.nullish(z.number()),
        targetNodeCount: z.nullish(z.number()),
        scaleSettings: z.nullish(scaleSchema),
        nodeStateCounts: z.nullish(nodeCountsSchema),
      }),
    ),
  }),
);

const nodeSchema = z.looseObject({
  nodeId: z.string(),
  nodeState: z.nullish(z.string()),
  runId: z.nullish(z.string()),
  privateIpAddress: z.nullish(z.string()),
});

const nodesSchema = z.looseObject({ nodes: z.nullish(z.array(nodeSchema)), value: z.nullish(z.array(nodeSchema)) });

export type Compute = z.infer<typeof computeSchema>;
export type ComputeNode = z.infer<typeof nodeSchema>;

export function useComputes() {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["computes", workspace.id],
    queryFn: ({ signal }) => listAll(api, computeSchema, { path: armPath(`${workspace.id}/computes`), signal }),
    refetchInterval: 10_000,
  });
}

export function useCompute(name: string) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["compute", workspace.id, name],
    queryFn: ({ signal }) => api.json(armPath(`${workspace.id}/computes/${name}`), computeSchema, { signal }),
    refetchInterval: NODES_REFRESH_MS,
  });
}

export function useComputeNodes(name: string, isCluster: boolean) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["compute-nodes", workspace.id, name],
    enabled: isCluster,
    queryFn: async ({ signal }) => {
      const path = armPath(`${workspace.id}/computes/${name}/listNodes`);
      const answer = await api.json(path, nodesSchema, { method: "POST", signal });
      return answer.nodes ?? answer.value ?? [];
    },
    refetchInterval: NODES_REFRESH_MS,
  });
}
