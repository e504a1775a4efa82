import { PlatformError } from "@lazuli/contract/errors.ts";
import { MACHINE_LEARNING, parseResourceId } from "@lazuli/contract/resource-id.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";

import { readCredentials } from "../../engine/access/authenticate.ts";
import type { Principal } from "../../engine/access/principal.ts";
import { renderSessionCookie } from "../../engine/access/session-cookie.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { WebDependencies } from "./web-dependencies.ts";

/** The page renews its token a minute before the end. */
const TOKEN_SECONDS = 30 * 60;
/** Pages of other origins cannot send it without asking first, and nobody answers them. */
const OWN_PAGE_HEADER = "x-lazuli-studio";

const propertiesShape = z.looseObject({ friendlyName: z.string().nullish() });
const stateShape = z.looseObject({ workspaceId: z.string() });

/** Who is signed in and what there is to open; signing out. */
export function addSessionRoutes(app: FastifyInstance, deps: WebDependencies): void {
  app.get("/studio/api/session", async (request) => {
    assertOwnPage(request);
    const principal = await deps.authenticate(request.headers, ["management"]);
    const token = await deps.tokens.issue({ principal, audience: "management", lifetimeSeconds: TOKEN_SECONDS });
    const registries = await readable(principal, "registries", deps);
    return {
      user: { id: principal.id, name: principal.name },
      token,
      tokenExpiresAt: deps.clock.now() + TOKEN_SECONDS * 1000,
      registries: registries.map((registry) => registry.id),
      workspaces: (await readable(principal, "workspaces", deps)).map(renderWorkspace),
      version: deps.version,
    };
  });

  app.post("/studio/api/signout", async (request, reply) => {
    assertOwnPage(request);
    const { session } = readCredentials(request.headers);
    if (session !== undefined) await deps.sessions.revoke(session);
    const cookie = renderSessionCookie("", { isSecure: request.protocol === "https" });
    return reply.code(204).header("set-cookie", cookie).send();
  });
}

function assertOwnPage(request: FastifyRequest): void {
  if (request.headers[OWN_PAGE_HEADER] !== undefined) return;
  throw new PlatformError("Forbidden", `This is for Studio's own pages; they send the header '${OWN_PAGE_HEADER}'.`);
}

async function readable(
  principal: Principal,
  type: "workspaces" | "registries",
  deps: WebDependencies,
): Promise<Resource[]> {
  const all = (await deps.listByType(type)).filter((resource) => resource.deletedAt === undefined);
  const action = `${MACHINE_LEARNING}/${type}/read`;
  const allowed = await Promise.all(all.map((resource) => deps.access.can(principal, action, resource.id)));
  return all.filter((_, index) => allowed[index]);
}

function renderWorkspace(workspace: Resource) {
  const { friendlyName } = propertiesShape.parse(workspace.properties);
  const isNamed = typeof friendlyName === "string" && friendlyName !== "";
  return {
    id: workspace.id,
    name: workspace.name,
    resourceGroup: parseResourceId(workspace.id).resourceGroup,
    location: workspace.envelope.location ?? "",
    ...(isNamed && { friendlyName }),
    guid: stateShape.parse(workspace.state).workspaceId,
  };
}
