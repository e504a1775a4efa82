import { createHash } from "node:crypto";

import { lastName, parseResourceId, resourceKey } from "@lazuli/contract/resource-id.ts";

import type { TrafficShares } from "../../domain/traffic/split-traffic.ts";

/** A process that answers for a deployment. */
export interface ServedReplica {
  readonly taskId: string;
  readonly host: string;
  readonly port: number;
}

/** What the gateway needs of a deployment. */
export interface ServedDeployment {
  readonly name: string;
  readonly replicas: readonly ServedReplica[];
  /** Requests that one replica works on at once; as many again may wait. */
  readonly concurrencyMax: number;
  /** How long a request may wait for a free place. */
  readonly queueWaitMs: number;
  /** How long a replica may take until its answer begins. */
  readonly requestTimeoutMs: number;
}

/** What the gateway needs of an endpoint. */
export interface ServedEndpoint {
  /** ARM id. */
  readonly id: string;
  readonly authMode: "Key" | "AMLToken" | "AADToken";
  /** SHA-256 of each key that opens it. */
  readonly keyDigests: readonly Buffer[];
  readonly traffic: TrafficShares;
  readonly mirrorTraffic: TrafficShares;
}

/** An endpoint with its deployments by lower-case name. */
export interface ServingRoute extends ServedEndpoint {
  readonly deployments: ReadonlyMap<string, ServedDeployment>;
}

/**
 * Who answers which endpoint now, in memory: written by the reconcilers of endpoints and deployments, read by the gateway
 * for every request. Rebuilt at start from the resources and the tasks still running.
 */
export class ServingTable {
  readonly #endpoints = new Map<string, ServedEndpoint>();
  readonly #deployments = new Map<string, Map<string, ServedDeployment>>();
  readonly #idsByPath = new Map<string, string>();
  readonly #listeners = new Set<(replica: ServedReplica) => void>();

  /** @param path What stands in the scoring URI, from {@link servingPath}. */
  publishEndpoint(path: string, endpoint: ServedEndpoint): void {
    const key = resourceKey(endpoint.id);
    this.#endpoints.set(key, endpoint);
    this.#idsByPath.set(path, key);
  }

  removeEndpoint(id: string): void {
    const key = resourceKey(id);
    this.#endpoints.delete(key);
    for (const [path, owner] of this.#idsByPath) if (owner === key) this.#idsByPath.delete(path);
  }

  /** Replaces what is known of the deployment; replicas that are no longer named get no new requests. */
  publishDeployment(endpointId: string, deployment: ServedDeployment): void {
    const key = resourceKey(endpointId);
    const deployments = this.#deployments.get(key) ?? new Map<string, ServedDeployment>();
    this.#deployments.set(key, deployments);
    const name = deployment.name.toLowerCase();
    const before = deployments.get(name);
    deployments.set(name, deployment);
    this.#announceGone(before, deployment);
  }

  removeDeployment(endpointId: string, name: string): void {
    const deployments = this.#deployments.get(resourceKey(endpointId));
    const before = deployments?.get(name.toLowerCase());
    deployments?.delete(name.toLowerCase());
    if (deployments?.size === 0) this.#deployments.delete(resourceKey(endpointId));
    this.#announceGone(before, undefined);
  }

  findDeployment(endpointId: string, name: string): ServedDeployment | undefined {
    return this.#deployments.get(resourceKey(endpointId))?.get(name.toLowerCase());
  }

  find(path: string): ServingRoute | undefined {
    const key = this.#idsByPath.get(path);
    const endpoint = key === undefined ? undefined : this.#endpoints.get(key);
    if (key === undefined || endpoint === undefined) return undefined;
    return { ...endpoint, deployments: this.#deployments.get(key) ?? NO_DEPLOYMENTS };
  }

  /** Calls `listener` for each replica that leaves the table, so that connections to it can be closed. */
  onReplicaGone(listener: (replica: ServedReplica) => void): void {
    this.#listeners.add(listener);
  }

  #announceGone(before: ServedDeployment | undefined, after: ServedDeployment | undefined): void {
    const kept = new Set(after?.replicas.map((replica) => replica.taskId));
    for (const replica of before?.replicas ?? []) {
      if (kept.has(replica.taskId)) continue;
      for (const listener of this.#listeners) listener(replica);
    }
  }
}

const NO_DEPLOYMENTS: ReadonlyMap<string, ServedDeployment> = new Map();
const WORKSPACE_CHARACTERS = 8;

/** The part of a scoring URI that names the endpoint: `3f2a9c01/iris`. */
export function servingPath(workspaceGuid: string, endpointId: string): string {
  const name = lastName(parseResourceId(endpointId)).toLowerCase();
  return `${workspaceGuid.replaceAll("-", "").slice(0, WORKSPACE_CHARACTERS).toLowerCase()}/${name}`;
}

/** Keys are compared by digest: equal lengths make the comparison's time tell nothing. */
export function digestKey(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
