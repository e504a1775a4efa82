import { MACHINE_LEARNING } from "@lazuli/contract/resource-id.ts";

import type { ResourceGroup } from "../../engine/resources/resource-groups.ts";
import type { Resource } from "../../engine/resources/resource.ts";
import type { ArmDependencies, ArmReply, ArmRequest } from "./arm-dependencies.ts";
import { parsePutBody } from "./parse-request.ts";
import { renderResource } from "./render-resource.ts";

const LOCATION = "local";
const SUBSCRIPTION = /^\/subscriptions\/([^/]+)$/i;
const GROUPS = /^\/subscriptions\/([^/]+)\/resourcegroups$/i;
const GROUP = /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)$/i;
const LOCATIONS = /^\/subscriptions\/([^/]+)\/locations$/i;
const PROVIDERS = /^\/subscriptions\/([^/]+)\/providers$/i;
const PROVIDER = /^\/subscriptions\/([^/]+)\/providers\/([^/]+)(?:\/register)?$/i;
const ALL_OF_TYPE =
  /^\/subscriptions\/([^/]+)\/providers\/microsoft\.machinelearningservices\/(workspaces|registries)$/i;
const LOCATION_FACT =
  /^\/subscriptions\/([^/]+)\/providers\/microsoft\.machinelearningservices\/locations\/[^/]+\/([^/]+)$/i;
const READ = `${MACHINE_LEARNING}/workspaces/read`;

/** Answers what lies above workspaces: subscriptions and resource groups (any name is there), providers, locations. */
export async function answerSubscription(request: ArmRequest, deps: ArmDependencies): Promise<ArmReply | undefined> {
  const { path } = request;
  if (/^\/subscriptions\/?$/i.test(path)) return { status: 200, body: { value: await listSubscriptions(deps) } };
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(path)?.[1];
  if (subscription === undefined) return undefined;
  if (SUBSCRIPTION.test(path)) return { status: 200, body: renderSubscription(subscription) };
  if (GROUPS.test(path)) return { status: 200, body: { value: await listGroups(subscription, deps) } };
  const group = GROUP.exec(path)?.[2];
  if (group !== undefined) return answerGroup({ subscription, group }, request, deps);
  if (LOCATIONS.test(path)) return { status: 200, body: { value: [{ name: LOCATION, displayName: "Local" }] } };
  if (PROVIDERS.test(path)) return { status: 200, body: { value: [renderProvider(subscription, MACHINE_LEARNING)] } };
  const provider = PROVIDER.exec(path)?.[2];
  if (provider !== undefined) return { status: 200, body: renderProvider(subscription, provider) };
  const all = ALL_OF_TYPE.exec(path)?.[2];
  if (all !== undefined && request.method === "GET")
    return listAll({ subscription, type: all.toLowerCase() }, request, deps);
  const fact = LOCATION_FACT.exec(path)?.[2];
  const answer = fact === undefined ? undefined : deps.locationFacts.get(fact.toLowerCase());
  if (answer === undefined || answer.method !== request.method) return undefined;
  if (request.method !== "GET") {
    await deps.access.assertCan(
      request.principal,
      `${MACHINE_LEARNING}/locations/${fact}/action`,
      `/subscriptions/${subscription}`,
    );
  }
  const { body, principal } = request;
  return { status: 200, body: await answer.answer({ subscription, body, principal }) };
}

async function answerGroup(
  { subscription, group }: { subscription: string; group: string },
  request: ArmRequest,
  deps: ArmDependencies,
): Promise<ArmReply> {
  const name = decodeURIComponent(group);
  const id = `/subscriptions/${subscription}/resourceGroups/${name}`;
  await deps.access.assertCan(
    request.principal,
    request.method === "GET" || request.method === "HEAD"
      ? READ
      : "Microsoft.Resources/subscriptions/resourceGroups/write",
    id,
  );
  if (request.method === "HEAD") return { status: 204 };
  if (request.method === "DELETE") return removeGroup(id, request, deps);
  const known = (await deps.engine.groups.find(id)) ?? { id, name, location: LOCATION, tags: {} };
  if (request.method === "GET") return { status: 200, body: renderGroup(known) };
  const { envelope } = parsePutBody(request.body ?? {});
  const isPatch = request.method === "PATCH";
  const next: ResourceGroup = {
    ...known,
    location: envelope.location ?? known.location,
    tags: envelope.tags ?? (isPatch ? known.tags : {}),
  };
  await deps.engine.groups.put(next);
  return { status: 200, body: renderGroup(next) };
}

/** A group is nothing but its workspaces and registries: without them nothing of it remains. */
async function removeGroup(id: string, request: ArmRequest, deps: ArmDependencies): Promise<ArmReply> {
  for (const type of ["workspaces", "registries"]) {
    const { items } = await deps.engine.resources.list({ parentKey: id, type, limit: 1_000 });
    for (const item of items) await deps.engine.resources.remove(item.id, request.principal);
  }
  await deps.engine.groups.remove(id);
  return { status: 200 };
}

async function listAll(
  { subscription, type }: { subscription: string; type: string },
  request: ArmRequest,
  deps: ArmDependencies,
): Promise<ArmReply> {
  await deps.access.assertCan(request.principal, READ, `/subscriptions/${subscription}`);
  const all = await deps.engine.store.listByType(type);
  const prefix = `/subscriptions/${subscription}/`.toLowerCase();
  const own = all.filter((resource) => resource.key.startsWith(prefix) && resource.deletedAt === undefined);
  return { status: 200, body: { value: await Promise.all(own.map((one) => renderResource(one, deps.engine))) } };
}

async function listSubscriptions(deps: ArmDependencies): Promise<unknown[]> {
  const names = new Set((await deps.engine.store.listByType("workspaces")).map(subscriptionOf));
  return [...names].map(renderSubscription);
}

async function listGroups(subscription: string, deps: ArmDependencies): Promise<unknown[]> {
  const workspaces = await deps.engine.store.listByType("workspaces");
  const own = workspaces.filter((one) => subscriptionOf(one).toLowerCase() === subscription.toLowerCase());
  const named = await deps.engine.groups.list(subscription);
  const keys = new Set(named.map((group) => group.id.toLowerCase()));
  const ids = new Set(own.map((one) => one.id.split("/").slice(0, 5).join("/")));
  const implied = [...ids].filter((id) => !keys.has(id.toLowerCase()));
  const unnamed = implied.map((id) => ({ id, name: id.split("/")[4] ?? "", location: LOCATION, tags: {} }));
  return [...named, ...unnamed].map(renderGroup);
}

function subscriptionOf(resource: Resource): string {
  return resource.id.split("/")[2] ?? "";
}

function renderSubscription(subscription: string): Record<string, unknown> {
  return {
    id: `/subscriptions/${subscription}`,
    subscriptionId: subscription,
    displayName: "Lazuli",
    state: "Enabled",
  };
}

function renderGroup(group: ResourceGroup): Record<string, unknown> {
  return { ...group, type: "Microsoft.Resources/resourceGroups", properties: { provisioningState: "Succeeded" } };
}

function renderProvider(subscription: string, namespace: string): Record<string, unknown> {
  return {
    id: `/subscriptions/${subscription}/providers/${namespace}`,
    namespace,
    registrationState: "Registered",
    registrationPolicy: "RegistrationFree",
    resourceTypes: [],
  };
}
