import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { FastifyPluginAsync } from "fastify";

import type { Log } from "../../base/log.ts";
import { pickDeployment } from "../../domain/traffic/split-traffic.ts";
import type { ServingCounters } from "../../engine/serving/serving-counters.ts";
import type { ServedReplica, ServingRoute, ServingTable } from "../../engine/serving/serving-table.ts";
import { authorizeCaller, type AuthorizeDependencies } from "./authorize-caller.ts";
import { forward, ReplicaUnreachable } from "./forward.ts";
import { CONNECT_TRIES_MAX, REQUEST_ID_CHARACTERS_MAX } from "./inference-limits.ts";
import { TrafficMirror } from "./mirror-traffic.ts";
import { CALLER_GONE_STATUS, renderError } from "./render-error.ts";
import { ReplicaGate } from "./replica-gate.ts";
import { ReplicaPools } from "./replica-pools.ts";
import { readRequestBody, type RequestBody } from "./request-body.ts";

export interface InferenceDependencies extends AuthorizeDependencies {
  readonly table: ServingTable;
  readonly counters: ServingCounters;
  readonly log: Log;
  /** In [0, 1); decides the traffic split. */
  readonly random: () => number;
}

/** `/endpoints/<workspace>/<endpoint>/<path on the replica>`. */
const TARGET = /^\/endpoints\/([^/?]+\/[^/?]+)(\/[^?]*)?(\?.*)?$/;
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** The gateway of online endpoints: finds who answers, checks the caller, splits and mirrors traffic, streams. */
export function inferenceProtocol(deps: InferenceDependencies): FastifyPluginAsync {
  return async (app) => {
    const gateway = new Gateway(deps);
    app.removeAllContentTypeParsers();
    // The body is left in the socket: it goes on to the replica as it comes.
    app.addContentTypeParser("*", (_request, _payload, done) => done(null));
    app.addHook("onClose", () => gateway.close());
    app.route({
      method: METHODS,
      url: "/endpoints/*",
      handler: (request, reply) => {
        reply.hijack();
        return gateway.answer(request.raw, reply.raw);
      },
    });
  };
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly startedAt: number;
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
}

class Gateway {
  readonly #deps: InferenceDependencies;
  readonly #gate = new ReplicaGate();
  readonly #pools = new ReplicaPools();
  readonly #mirror: TrafficMirror;

  constructor(deps: InferenceDependencies) {
    this.#deps = deps;
    this.#mirror = new TrafficMirror(this.#pools, deps.random);
    deps.table.onReplicaGone((replica) => this.#pools.drop(replica));
  }

  close(): Promise<void> {
    return this.#pools.close();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const requestId = requestIdOf(request);
    const arrival: Arrival = { request, response, requestId, startedAt: performance.now(), signal: gone.signal };
    try {
      await this.#route(arrival);
    } catch (error) {
      if (!(error instanceof PlatformError)) {
        this.#deps.log.error({ error, url: request.url }, "the gateway failed on a request");
      }
      refuse(arrival, error);
    }
  }

  async #route(arrival: Arrival): Promise<void> {
    const { request } = arrival;
    const target = TARGET.exec(request.url ?? "");
    const route = target === null ? undefined : this.#deps.table.find((target[1] ?? "").toLowerCase());
    if (route === undefined) throw new PlatformError("NotFound", "There is no endpoint at this address.");
    await authorizeCaller(route, request.headers.authorization, this.#deps);
    const name = this.#choose(route, request);
    const path = `${target?.[2] ?? "/"}${target?.[3] ?? ""}`;
    const body = await readRequestBody(request);
    if (body.kind === "held" && !isNamed(request)) {
      this.#mirror.send(route, { request, bytes: body.bytes, path, requestId: arrival.requestId });
    }
    await this.#serve(arrival, route, { name, path, body });
  }

  /** The deployment that the caller names, or the one that the traffic split picks. Throws `NotFound`. */
  #choose(route: ServingRoute, request: IncomingMessage): string {
    const named = request.headers["azureml-model-deployment"];
    const name = typeof named === "string" ? named : pickDeployment(route.traffic, this.#deps.random());
    if (name === undefined) {
      throw new PlatformError(
        "NotFound",
        "The endpoint has no deployment with traffic. Give one traffic, or name it in 'azureml-model-deployment'.",
      );
    }
    const deployment = route.deployments.get(name.toLowerCase());
    if (deployment !== undefined) return deployment.name;
    const isPicked = typeof named !== "string";
    throw new PlatformError(
      isPicked ? "Unavailable" : "NotFound",
      isPicked ? `Deployment '${name}' has no instance that is ready.` : `The endpoint has no deployment '${name}'.`,
    );
  }

  async #serve(
    arrival: Arrival,
    route: ServingRoute,
    choice: { name: string; path: string; body: RequestBody },
  ): Promise<void> {
    const key = `${route.id.toLowerCase()}/${choice.name.toLowerCase()}`;
    let status = CALLER_GONE_STATUS;
    try {
      status = await this.#tryReplicas(arrival, route, { ...choice, key });
    } catch (error) {
      status = arrival.signal.aborted ? CALLER_GONE_STATUS : renderError(error).status;
      throw error;
    } finally {
      const durationMs = performance.now() - arrival.startedAt;
      this.#deps.counters.record({ endpointId: route.id, deployment: choice.name, status, durationMs });
    }
  }

  async #tryReplicas(
    arrival: Arrival,
    route: ServingRoute,
    choice: { name: string; path: string; body: RequestBody; key: string },
  ): Promise<number> {
    const current = () => this.#deps.table.findDeployment(route.id, choice.name);
    const tried = new Set<string>();
    for (;;) {
      const replica = await this.#gate.acquire({ key: choice.key, current, except: tried }, arrival.signal);
      try {
        const requestTimeoutMs = current()?.requestTimeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT;
        return await this.#send(arrival, replica, { ...choice, requestTimeoutMs });
      } catch (error) {
        if (!(error instanceof ReplicaUnreachable)) throw error;
        tried.add(replica.taskId);
        if (tried.size < CONNECT_TRIES_MAX && choice.body.kind !== "stream") continue;
        throw new PlatformError("Unavailable", `No instance of deployment '${choice.name}' can be reached.`, {
          cause: error,
        });
      } finally {
        this.#gate.release(choice.key, replica);
      }
    }
  }

  #send(
    arrival: Arrival,
    replica: ServedReplica,
    choice: { name: string; path: string; body: RequestBody; requestTimeoutMs: number },
  ): Promise<number> {
    return forward({
      dispatcher: this.#pools.get(replica),
      request: arrival.request,
      response: arrival.response,
      body: choice.body,
      path: choice.path,
      requestId: arrival.requestId,
      deployment: choice.name,
      requestTimeoutMs: choice.requestTimeoutMs,
    });
  }
}

/** Azure's own default. */
const REQUEST_TIMEOUT_MS_DEFAULT = 5_000;

function isNamed(request: IncomingMessage): boolean {
  return request.headers["azureml-model-deployment"] !== undefined;
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  const isUsable = typeof given === "string" && given !== "" && given.length <= REQUEST_ID_CHARACTERS_MAX;
  return isUsable ? given : randomUUID();
}

function refuse({ request, response, requestId }: Arrival, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, body } = renderError(error);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-request-id": requestId,
    ...(status === 401 && { "www-authenticate": "Bearer" }),
    ...(status === 429 && { "retry-after": "1" }),
    // What is left of an unread body would be taken for the next request.
    ...(!request.complete && { connection: "close" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
