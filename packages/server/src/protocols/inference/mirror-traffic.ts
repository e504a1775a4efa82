import type { IncomingMessage } from "node:http";

import type { ServedDeployment, ServingRoute } from "../../engine/serving/serving-table.ts";
import { pickMirrors } from "../../domain/traffic/split-traffic.ts";
import { forwardedHeaders } from "./forward.ts";
import { MIRRORS_MAX } from "./inference-limits.ts";
import type { ReplicaPools } from "./replica-pools.ts";

export interface MirroredRequest {
  readonly request: IncomingMessage;
  readonly bytes: Buffer;
  readonly path: string;
  readonly requestId: string;
}

/** Copies requests to mirrors; their answers are thrown away, and nobody waits for them. */
export class TrafficMirror {
  readonly #pools: ReplicaPools;
  readonly #random: () => number;
  #underWay = 0;

  constructor(pools: ReplicaPools, random: () => number) {
    this.#pools = pools;
    this.#random = random;
  }

  send(route: ServingRoute, mirrored: MirroredRequest): void {
    for (const name of pickMirrors(route.mirrorTraffic, this.#random())) {
      const deployment = route.deployments.get(name.toLowerCase());
      if (deployment !== undefined && this.#underWay < MIRRORS_MAX) this.#sendTo(deployment, mirrored);
    }
  }

  #sendTo(deployment: ServedDeployment, mirrored: MirroredRequest): void {
    const index = Math.floor(this.#random() * deployment.replicas.length);
    const replica = deployment.replicas[index];
    if (replica === undefined) return;
    this.#underWay += 1;
    const end = () => void (this.#underWay -= 1);
    const { request, bytes, path, requestId } = mirrored;
    this.#pools.get(replica).dispatch(
      {
        path,
        method: request.method ?? "POST",
        headers: forwardedHeaders(request.headers, { requestId }, { kind: "held", bytes }),
        body: bytes,
        headersTimeout: deployment.requestTimeoutMs,
        bodyTimeout: deployment.requestTimeoutMs,
      },
      { onRequestStart() {}, onResponseStart() {}, onResponseData() {}, onResponseEnd: end, onResponseError: end },
    );
  }
}
