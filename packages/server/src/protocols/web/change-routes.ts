import { MACHINE_LEARNING, parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";
import type { FastifyInstance } from "fastify";

import type { Principal } from "../../engine/access/principal.ts";
import { sendEvents, type ServerEvent } from "./event-stream.ts";
import type { WebDependencies } from "./web-dependencies.ts";

/** Tells pages what changed, so that they need not ask again and again. */
export function addChangeRoutes(app: FastifyInstance, deps: WebDependencies): void {
  app.get("/studio/api/changes", async (request, reply) => {
    const principal = await deps.authenticate(request.headers, ["management"]);
    const last = Number(request.headers["last-event-id"]);
    const after = Number.isSafeInteger(last) && last > 0 ? last : undefined;
    await sendEvents({ request, reply }, (signal) => readChanges(principal, { after, deps, signal }));
  });
}

interface ReadOptions {
  readonly after: number | undefined;
  readonly deps: WebDependencies;
  readonly signal: AbortSignal;
}

async function* readChanges(principal: Principal, { after, deps, signal }: ReadOptions): AsyncIterable<ServerEvent> {
  for await (const change of deps.changes.subscribe(after, signal)) {
    const root = parseResourceId(change.id);
    const [collection = "workspaces"] = root.segments[0] ?? [];
    const rootPath = renderResourceId(rootId(root));
    if (!(await deps.access.can(principal, `${MACHINE_LEARNING}/${collection}/read`, rootPath))) continue;
    const { id, type, action, sequence } = change;
    yield { event: "change", id: String(sequence), data: { id, type, action } };
  }
}
