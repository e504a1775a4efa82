import { setTimeout as delay } from "node:timers/promises";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { childId, MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";

import type { Envelope } from "../../engine/resources/resource.ts";
import type { ArmDependencies, ArmReply, ArmRequest } from "./arm-dependencies.ts";
import { isObject, parseObject } from "./parse-request.ts";

/** Records of deployments that are kept for clients that still poll; the oldest go first. */
const DEPLOYMENTS_KEPT_MAX = 1_000;
/** How long a PUT waits for its workspace before the client is left to poll. */
const SETTLE_MS_MAX = 4_000;
const SETTLE_POLL_MS = 20;
const PATH =
  /^(\/subscriptions\/[^/]+\/resourcegroups\/[^/]+)\/(?:providers\/microsoft\.resources\/)?deployments\/([^/]+)(\/operations(?:\/[^/]+)?)?$/i;

interface Deployment {
  readonly id: string;
  readonly name: string;
  readonly workspaceId: string;
  readonly startedAt: number;
  readonly parameters: Record<string, unknown>;
}

/**
 * Template deployments, as far as Azure's clients use them: to create a workspace with what belongs to it. The template
 * is recognised by its `workspaceName` parameter; storage, key vault and the rest come with every workspace here.
 */
export class TemplateDeployments {
  readonly #deployments = new Map<string, Deployment>();

  /** Answers a path of the deployments API; `undefined` when it is another. */
  async answer(request: ArmRequest, deps: ArmDependencies): Promise<ArmReply | undefined> {
    const match = PATH.exec(request.path);
    if (match === null) return undefined;
    const group = decodeURIComponent(match[1] ?? "");
    const name = decodeURIComponent(match[2] ?? "");
    const id = `${group}/providers/Microsoft.Resources/deployments/${name}`;
    const verb = request.method === "GET" ? "read" : "write";
    await deps.access.assertCan(request.principal, `Microsoft.Resources/deployments/${verb}`, group);
    if (match[3] !== undefined) return this.#listOperations(this.#get(id), deps);
    if (request.method === "PUT") return this.#put({ id, name, group }, request, deps);
    if (request.method === "GET") return { status: 200, body: await render(this.#get(id), deps) };
    if (request.method === "HEAD") return { status: this.#deployments.has(id.toLowerCase()) ? 204 : 404 };
    if (request.method === "DELETE") return { status: this.#deployments.delete(id.toLowerCase()) ? 200 : 204 };
    throw new PlatformError("Unsupported", `'${request.method}' is not for a deployment.`);
  }

  async #put(
    target: { id: string; name: string; group: string },
    request: ArmRequest,
    deps: ArmDependencies,
  ): Promise<ArmReply> {
    const properties = parseObject(parseObject(request.body, "The request's body")["properties"], "'properties'");
    const parameters = parseObject(properties["parameters"] ?? {}, "'properties.parameters'");
    const workspaceName = text(parameters, "workspaceName");
    if (workspaceName === undefined) {
      throw new PlatformError(
        "Unsupported",
        "This template does not create a workspace: only templates with a 'workspaceName' parameter are known here.",
        { target: "properties.parameters.workspaceName", azureCode: "InvalidTemplate" },
      );
    }
    const workspaceId = childId(`${target.group}/providers/${MACHINE_LEARNING}`, "workspaces", workspaceName);
    await deps.access.assertCan(request.principal, `${MACHINE_LEARNING}/workspaces/write`, workspaceId);
    const { resource } = await deps.engine.resources.put({
      id: workspaceId,
      principal: request.principal,
      ...workspaceFrom(parameters),
    });
    const startedAt = deps.engine.context.clock.now();
    const { id, name } = target;
    const deployment: Deployment = { id, name, workspaceId: resource.id, startedAt, parameters };
    this.#remember(deployment);
    await waitUntilSettled(deployment, deps);
    return { status: 201, headers: { "retry-after": "1" }, body: await render(deployment, deps) };
  }

  #remember(deployment: Deployment): void {
    this.#deployments.set(deployment.id.toLowerCase(), deployment);
    const [oldest] = this.#deployments.keys();
    if (this.#deployments.size > DEPLOYMENTS_KEPT_MAX && oldest !== undefined) this.#deployments.delete(oldest);
  }

  #get(id: string): Deployment {
    const deployment = this.#deployments.get(id.toLowerCase());
    if (deployment !== undefined) return deployment;
    throw new PlatformError("NotFound", `There is no deployment '${id}'.`, { azureCode: "DeploymentNotFound" });
  }

  async #listOperations(deployment: Deployment, deps: ArmDependencies): Promise<ArmReply> {
    const state = await stateOf(deployment, deps);
    const operation = {
      id: `${deployment.id}/operations/1`,
      operationId: "1",
      properties: {
        provisioningOperation: "Create",
        provisioningState: state,
        timestamp: new Date(deployment.startedAt).toISOString(),
        duration: "PT1S",
        statusCode: state === "Succeeded" ? "OK" : "Accepted",
        targetResource: {
          id: deployment.workspaceId,
          resourceName: deployment.workspaceId.slice(deployment.workspaceId.lastIndexOf("/") + 1),
          resourceType: `${MACHINE_LEARNING}/workspaces`,
        },
      },
    };
    return { status: 200, body: { value: [operation] } };
  }
}

/** Clients poll every five seconds; a workspace is there in milliseconds, so the first answer can already tell. */
async function waitUntilSettled(deployment: Deployment, deps: ArmDependencies): Promise<void> {
  for (let waitedMs = 0; waitedMs < SETTLE_MS_MAX; waitedMs += SETTLE_POLL_MS) {
    if ((await stateOf(deployment, deps)) !== "Running") return;
    await delay(SETTLE_POLL_MS);
  }
}

async function stateOf(deployment: Deployment, deps: ArmDependencies): Promise<string> {
  const workspace = await deps.engine.resources.find(deployment.workspaceId);
  const state = workspace?.provisioningState ?? "Failed";
  return state === "Creating" || state === "Updating" ? "Running" : state;
}

async function render(deployment: Deployment, deps: ArmDependencies): Promise<Record<string, unknown>> {
  return {
    id: deployment.id,
    name: deployment.name,
    type: "Microsoft.Resources/deployments",
    properties: {
      provisioningState: await stateOf(deployment, deps),
      mode: "Incremental",
      timestamp: new Date(deployment.startedAt).toISOString(),
      duration: "PT1S",
      parameters: deployment.parameters,
      outputResources: [{ id: deployment.workspaceId }],
    },
  };
}

function workspaceFrom(parameters: Record<string, unknown>): {
  properties: Record<string, unknown>;
  envelope: Envelope;
} {
  const names = [
    "friendlyName",
    "description",
    "imageBuildCompute",
    "publicNetworkAccess",
    "systemDatastoresAuthMode",
    "primaryUserAssignedIdentity",
  ];
  const properties = names
    .map((name) => [name, text(parameters, name)] as const)
    .filter(([, value]) => value !== undefined);
  const tags = valueOf(parameters, "tagValues");
  const hub = text(parameters, "workspace_hub");
  return {
    properties: { ...Object.fromEntries(properties), ...(hub !== undefined && { hubResourceId: hub }) },
    envelope: {
      location: text(parameters, "location") ?? "local",
      kind: text(parameters, "kind") ?? "default",
      ...(isObject(tags) && {
        tags: Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)])),
      }),
    },
  };
}

function text(parameters: Record<string, unknown>, name: string): string | undefined {
  const value = valueOf(parameters, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function valueOf(parameters: Record<string, unknown>, name: string): unknown {
  const parameter = parameters[name];
  return isObject(parameter) ? parameter["value"] : undefined;
}
