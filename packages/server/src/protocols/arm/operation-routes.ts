import { PlatformError } from "@lazuli/contract/errors.ts";
import { MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";

import type { Operation } from "../../engine/operations/operations.ts";
import type { ArmDependencies, ArmReply, ArmRequest } from "./arm-dependencies.ts";
import { renderResource } from "./render-resource.ts";

/** Seconds that clients wait between polls: operations end in seconds here. */
const POLL_SECONDS = "1";
const STATUS_PATH =
  /^\/subscriptions\/[^/]+\/providers\/microsoft\.machinelearningservices\/locations\/[^/]+\/(operationsstatus|operationresults)\/([^/]+)$/i;

/** Headers that lead a client to the operation it started. */
export function operationHeaders(
  operationId: string,
  target: { id: string; version: string; mount: string },
  deps: ArmDependencies,
): Record<string, string> {
  const subscription = target.id.split("/")[2] ?? "";
  const base = `${deps.baseUrl}${target.mount}/subscriptions/${subscription}/providers/${MACHINE_LEARNING}/locations/local`;
  const version = `api-version=${encodeURIComponent(target.version)}`;
  return {
    "azure-asyncoperation": `${base}/operationsStatus/${operationId}?${version}`,
    location: `${base}/operationResults/${operationId}?${version}`,
    "retry-after": POLL_SECONDS,
    "x-ms-async-operation-timeout": "PT1H",
  };
}

/** Answers polls of an operation; `undefined` when the path is another. */
export async function answerOperation(request: ArmRequest, deps: ArmDependencies): Promise<ArmReply | undefined> {
  const match = STATUS_PATH.exec(request.path);
  if (match === null || request.method !== "GET") return undefined;
  const operation = await deps.engine.operations.find(match[2] ?? "");
  if (operation === undefined) throw new PlatformError("NotFound", `There is no operation '${match[2] ?? ""}'.`);
  const action = `${MACHINE_LEARNING}/workspaces/read`;
  await deps.access.assertCan(request.principal, action, operation.resourceId);
  return match[1]?.toLowerCase() === "operationsstatus" ? renderStatus(operation) : renderResult(operation, deps);
}

function renderStatus(operation: Operation): ArmReply {
  return {
    status: 200,
    headers: { "retry-after": POLL_SECONDS },
    body: {
      id: operation.id,
      name: operation.id,
      status: operation.status,
      startTime: new Date(operation.startedAt).toISOString(),
      ...(operation.endedAt !== undefined && { endTime: new Date(operation.endedAt).toISOString() }),
      ...(operation.error !== undefined && { error: operation.error }),
      resourceId: operation.resourceId,
    },
  };
}

async function renderResult(operation: Operation, deps: ArmDependencies): Promise<ArmReply> {
  if (operation.status === "InProgress") return { status: 202, headers: { "retry-after": POLL_SECONDS } };
  if (operation.error !== undefined) return { status: 409, body: { error: operation.error } };
  const resource = await deps.engine.resources.find(operation.resourceId);
  if (resource === undefined || operation.kind === "delete") return { status: 204 };
  return { status: 200, body: await renderResource(resource, deps.engine) };
}
