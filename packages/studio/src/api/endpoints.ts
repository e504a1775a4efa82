import { useMutation, useQuery } from "@tanstack/react-query";
import * as z from "zod/mini";

import { armPath, armSchema, listAll } from "./arm.ts";
import { useApi, useWorkspace } from "./workspace-context.tsx";

const SETTLING_REFRESH_MS = 2000;

const endpointSchema = armSchema(
  z.looseObject({
    authMode: z.nullish(z.string()),
    description: z.nullish(z.string()),
    scoringUri: z.nullish(z.string()),
    swaggerUri: z.nullish(z.string()),
    provisioningState: z.nullish(z.string()),
    traffic: z.nullish(z.record(z.string(), z.number())),
    mirrorTraffic: z.nullish(z.record(z.string(), z.number())),
  }),
);

const deploymentPropertiesSchema = z.looseObject({
  model: z.nullish(z.string()),
  environmentId: z.nullish(z.string()),
  codeConfiguration: z.nullish(z.looseObject({ scoringScript: z.nullish(z.string()) })),
  instanceType: z.nullish(z.string()),
  provisioningState: z.nullish(z.string()),
  description: z.nullish(z.string()),
});

const deploymentSchema = z.extend(armSchema(deploymentPropertiesSchema), {
  sku: z.nullish(z.looseObject({ capacity: z.nullish(z.number()) })),
});

const keysSchema = z.looseObject({ primaryKey: z.nullish(z.string()), secondaryKey: z.nullish(z.string()) });
const tokenSchema = z.looseObject({ accessToken: z.string() });
const logsSchema = z.looseObject({ content: z.nullish(z.string()) });

export type Endpoint = z.infer<typeof endpointSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;
export type EndpointKeys = z.infer<typeof keysSchema>;

export function isSettled(provisioningState: string | null | undefined): boolean {
  return ["Succeeded", "Failed", "Canceled"].includes(provisioningState ?? "Succeeded");
}

export function useEndpoints() {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["endpoints", workspace.id],
    queryFn: ({ signal }) => listAll(api, endpointSchema, { path: armPath(`${workspace.id}/onlineEndpoints`), signal }),
  });
}

export function useEndpoint(name: string) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["endpoint", workspace.id, name],
    queryFn: ({ signal }) => api.json(armPath(`${workspace.id}/onlineEndpoints/${name}`), endpointSchema, { signal }),
    refetchInterval: (query) =>
      isSettled(query.state.data?.properties.provisioningState) ? false : SETTLING_REFRESH_MS,
  });
}

export function useDeployments(endpointName: string) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["deployments", workspace.id, endpointName],
    queryFn: ({ signal }) => {
      const path = armPath(`${workspace.id}/onlineEndpoints/${endpointName}/deployments`);
      return listAll(api, deploymentSchema, { path, signal });
    },
    refetchInterval: (query) =>
      (query.state.data ?? []).every((each) => isSettled(each.properties.provisioningState))
        ? false
        : SETTLING_REFRESH_MS,
  });
}

/** Keys are fetched when asked for, never with the page. */
export function useEndpointKeys(endpointName: string) {
  const api = useApi();
  const workspace = useWorkspace();
  return useMutation({
    mutationFn: () =>
      api.json(armPath(`${workspace.id}/onlineEndpoints/${endpointName}/listKeys`), keysSchema, { method: "POST" }),
  });
}

export function useDeploymentLogs(endpointName: string, deploymentName: string | undefined, container: string) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["deployment-logs", workspace.id, endpointName, deploymentName, container],
    enabled: deploymentName !== undefined,
    queryFn: async ({ signal }) => {
      const id = `${workspace.id}/onlineEndpoints/${endpointName}/deployments/${deploymentName}/getLogs`;
      const body = { containerType: container, tail: 2000 };
      return (await api.json(armPath(id), logsSchema, { method: "POST", body, signal })).content ?? "";
    },
    refetchInterval: 5000,
  });
}

export interface ScoreRequest {
  readonly endpoint: Endpoint;
  /** JSON text, sent as it is. */
  readonly body: string;
  readonly deployment: string | undefined;
}

export interface ScoreReply {
  readonly status: number;
  readonly body: string;
  readonly durationMs: number;
  readonly deployment: string | undefined;
}

/** Calls the endpoint as a client would: with its own key, through the gateway. */
export function useScore() {
  const api = useApi();
  return useMutation({
    mutationFn: async (request: ScoreRequest): Promise<ScoreReply> => {
      const { properties } = request.endpoint;
      const bearer = await fetchScoringKey(request.endpoint);
      const url = new URL(properties.scoringUri ?? "/", location.origin);
      const startedAt = performance.now();
      const response = await api.send(url.pathname + url.search, {
        method: "POST",
        json: request.body,
        bearer,
        headers: request.deployment === undefined ? {} : { "azureml-model-deployment": request.deployment },
      });
      const body = await response.text();
      const durationMs = performance.now() - startedAt;
      const deployment = response.headers.get("azureml-model-deployment") ?? request.deployment;
      return { status: response.status, body, durationMs, deployment };
    },
  });

  async function fetchScoringKey({ id, properties }: Endpoint): Promise<string> {
    if (properties.authMode?.toLowerCase() === "key") {
      const keys = await api.json(armPath(`${id}/listKeys`), keysSchema, { method: "POST" });
      return keys.primaryKey ?? "";
    }
    return (await api.json(armPath(`${id}/token`), tokenSchema, { method: "POST" })).accessToken;
  }
}
