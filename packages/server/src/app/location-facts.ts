import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { listVmSizes } from "../domain/placement/vm-sizes.ts";
import type { Access } from "../engine/access/access.ts";
import type { Principal } from "../engine/access/principal.ts";
import type { Engine } from "../engine/engine.ts";
import type { ComputePools } from "../engine/placement/compute-pools.ts";
import { QUOTA_NAMES, type QuotaName, type Quotas } from "../engine/placement/quotas.ts";
import type { LocationFact } from "../protocols/arm/arm-dependencies.ts";
import type { Machine } from "./machine.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
/** The size that says what nodes really have: this machine. Azure's other names are accepted and mean the same. */
const LOCAL_SIZE = "LOCAL";
const LOCATION = "local";
const PROVIDER = "Microsoft.MachineLearningServices";
const READ = `${PROVIDER}/workspaces/read`;
const QUOTA_ID = new RegExp(`^(/subscriptions/.+/workspaces/[^/]+)/quotas/(${QUOTA_NAMES.join("|")})$`, "i");

/** What Azure takes and answers, whatever the subscription's location. */
const updateSchema = z.object({
  value: z.array(z.looseObject({ id: z.string(), limit: z.number().int().min(-1) })),
});

export interface LocationServices {
  readonly machine: Machine;
  readonly pools: ComputePools;
  readonly quotas: Quotas;
  readonly engine: Engine;
  readonly access: Pick<Access, "can">;
}

interface Asker {
  readonly subscription: string;
  readonly principal: Principal;
}

/** What Azure says of a region, said of this machine: sizes of nodes, and how much of it is and may be in use. */
export function locationFacts(services: LocationServices): ReadonlyMap<string, LocationFact> {
  return new Map<string, LocationFact>([
    ["vmsizes", { method: "GET", answer: async () => ({ value: listSizes(services.machine) }) }],
    ["usages", { method: "GET", answer: async (request) => ({ value: await listUsages(request, services) }) }],
    ["quotas", { method: "GET", answer: async (request) => ({ value: await listQuotas(request, services) }) }],
    ["updatequotas", { method: "POST", answer: ({ body }) => updateQuotas(body, services) }],
  ]);
}

function listSizes(machine: Machine): unknown[] {
  const local = { name: LOCAL_SIZE, coreCount: machine.coreCount, gpuCount: machine.gpuCount };
  const memoryGib = Math.round((machine.memoryBytes / GIB) * 10) / 10;
  return [{ ...local, memoryGib }, ...listVmSizes()].map((size) => ({
    name: size.name,
    family: size.name === LOCAL_SIZE ? "localFamily" : `${size.name.replace(/\d+/g, "")}Family`,
    vCPUs: size.coreCount,
    gpus: size.gpuCount,
    memoryGB: size.memoryGib,
    osVhdSizeMB: 0,
    maxResourceVolumeMB: Math.round((size.memoryGib * GIB) / MIB),
    lowPriorityCapable: true,
    premiumIO: true,
    supportedComputeTypes: ["AmlCompute", "ComputeInstance"],
  }));
}

async function listUsages(request: Asker, services: LocationServices): Promise<unknown[]> {
  const { pools, quotas } = services;
  const { shares, gpuCount } = pools;
  const base = `/subscriptions/${request.subscription}/providers/${PROVIDER}/locations/${LOCATION}/usages`;
  const nodes = { used: shares.used("nodes"), limit: shares.limits.get("nodes") ?? 0 };
  const cores = { used: shares.used("spare"), limit: shares.limits.get("spare") ?? 0 };
  const machine = [
    usage(`${base}/nodes`, "Nodes at work on this machine", nodes),
    usage(`${base}/cores`, "Cores in use, of those that low-priority work may take", cores),
    usage(`${base}/gpus`, "GPUs in use", { used: shares.used("gpus"), limit: gpuCount }),
  ];
  const workspaces = await listWorkspaces(request, services);
  const own = workspaces.flatMap(({ id, key }) =>
    QUOTA_NAMES.map((name) => {
      const { used, limit } = quotas.describe({ name, workspaceKey: key });
      return usage(`${id}/usages/${name}`, WORDS[name], { used, limit: limit ?? nodes.limit });
    }),
  );
  return [...machine, ...own];
}

const WORDS: Readonly<Record<QuotaName, string>> = {
  nodes: "Nodes of the workspace at work",
  lowPriorityNodes: "Low-priority nodes of the workspace at work",
};

function usage(id: string, words: string, { used, limit }: { used: number; limit: number }): unknown {
  return {
    id,
    name: { value: id.slice(id.lastIndexOf("/") + 1), localizedValue: words },
    unit: "Count",
    type: `${PROVIDER}/usages`,
    amlWorkspaceLocation: LOCATION,
    currentValue: used,
    limit,
  };
}

async function listQuotas(request: Asker, services: LocationServices): Promise<unknown[]> {
  const nodeLimit = services.pools.shares.limits.get("nodes") ?? 0;
  const workspaces = await listWorkspaces(request, services);
  return workspaces.flatMap(({ id, key }) =>
    QUOTA_NAMES.map((name) => ({
      id: `${id}/quotas/${name}`,
      name: { value: name, localizedValue: WORDS[name] },
      type: `${PROVIDER}/workspaces/quotas`,
      unit: "Count",
      amlWorkspaceLocation: LOCATION,
      limit: services.quotas.describe({ name, workspaceKey: key }).limit ?? nodeLimit,
    })),
  );
}

async function updateQuotas(body: unknown, { quotas, engine }: LocationServices): Promise<unknown> {
  const parsed = updateSchema.safeParse(body);
  if (!parsed.success) {
    const message = "A change of quotas is a list 'value' of ids with their limits; a limit of -1 takes it away.";
    throw new PlatformError("BadRequest", message, { target: "value" });
  }
  const wishes = parsed.data.value.map(({ id, limit }) => ({ id, limit, match: QUOTA_ID.exec(id) }));
  for (const { id, match } of wishes) {
    if (match === null) {
      const names = QUOTA_NAMES.map((name) => `'${name}'`).join(" and ");
      throw new PlatformError("BadRequest", `'${id}' is no quota; a workspace has the quotas ${names}.`, {
        target: "id",
      });
    }
    await engine.resources.get(match[1] ?? "");
  }
  for (const { limit, match } of wishes) {
    const name = QUOTA_NAMES.find((one) => one.toLowerCase() === match?.[2]?.toLowerCase()) ?? "nodes";
    await quotas.set({ name, workspaceKey: (match?.[1] ?? "").toLowerCase() }, limit === -1 ? undefined : limit);
  }
  const value = wishes.map(({ id, limit }) => ({
    id,
    limit,
    type: `${PROVIDER}/workspaces/quotas`,
    unit: "Count",
    status: "Success",
  }));
  return { value };
}

/** Workspaces of the subscription that the caller may see. */
async function listWorkspaces({ subscription, principal }: Asker, { engine, access }: LocationServices) {
  const prefix = `/subscriptions/${subscription}/`.toLowerCase();
  const all = await engine.store.listByType("workspaces");
  const own = all.filter(({ key, deletedAt }) => key.startsWith(prefix) && deletedAt === undefined);
  const isSeen = await Promise.all(own.map(({ id }) => access.can(principal, READ, id)));
  return own.filter((_, index) => isSeen[index]);
}
