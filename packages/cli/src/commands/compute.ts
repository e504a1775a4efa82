import { PlatformError } from "@lazuli/contract/errors.ts";
import type { Command } from "commander";

import {
  addNoun,
  NO_WAIT,
  SET,
  UPDATE_OPTIONS,
  WORKSPACE_OPTIONS,
  YES,
  type CommandSpec,
  type OptionSpec,
} from "../command-spec.ts";
import type { Options } from "../options.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";
import { changing, confirm, listEntities, putEntity, readInput, render } from "./entity-actions.ts";
import { updateEntity } from "./update-entity.ts";

const NAME: OptionSpec = ["-n, --name <name>", "Name of the compute."];
const SIZES: readonly OptionSpec[] = [
  ["--min-instances <count>", "Machines that are always there."],
  ["--max-instances <count>", "Machines that there may be."],
  ["-d, --idle-time-before-scale-down <seconds>", "How long an unused machine is kept."],
  ["--tags <pairs...>", "Tags: key=value; repeatable."],
];

const COMMANDS: readonly CommandSpec[] = [
  {
    name: "create",
    summary: "Create a cluster or a compute instance.",
    options: [
      ["-f, --file <path>", "YAML file of the compute."],
      NAME,
      ["-t, --type <type>", "AmlCompute or ComputeInstance."],
      ["--size <size>", "Machine size, as Standard_DS3_v2."],
      ["--tier <tier>", "dedicated or low_priority."],
      ["--description <text>", "What it is for."],
      ["-l, --location <name>", "Location."],
      ...SIZES,
      SET,
      NO_WAIT,
      ...WORKSPACE_OPTIONS,
    ],
    examples: [
      [
        "compute create -n cpu-cluster -t AmlCompute --min-instances 0 --max-instances 4",
        "A cluster of up to four machines",
      ],
      ["compute create -f cluster.yml", "From a YAML file"],
    ],
    async run(session, options) {
      const value = await readInput("compute", options, {
        name: options.text("name"),
        type: options.text("type")?.toLowerCase(),
        size: options.text("size"),
        tier: options.text("tier"),
        description: options.text("description"),
        location: options.text("location"),
        ...sizesOf(options),
      });
      const name = typeof value["name"] === "string" ? value["name"] : options.requireText("name");
      return putEntity(session, {
        noun: "compute",
        id: computeId(session, name),
        value: { location: "local", ...value },
      });
    },
  },
  {
    name: "show",
    summary: "Show a compute.",
    options: [NAME, ...WORKSPACE_OPTIONS],
    examples: [["compute show -n cpu-cluster", "Its sizes and state"]],
    run: async (session) => render("compute", await session.client.get(idOf(session))),
  },
  {
    name: "list",
    summary: "List computes.",
    options: [
      ["--type <type>", "Only of this type."],
      ["-r, --max-results <count>", "List no more than this."],
      ...WORKSPACE_OPTIONS,
    ],
    columns: [
      "name",
      "type",
      "size",
      "min_instances",
      "max_instances",
      "current_node_count",
      "provisioning_state",
      "state",
    ],
    examples: [["compute list -o table", "All of the workspace"]],
    async run(session, options) {
      const found = await listEntities(session, "compute", { collection: `${session.workspaceId}/computes` });
      const type = options.text("type")?.toLowerCase();
      return type === undefined ? found : found.filter((compute) => compute["type"] === type);
    },
  },
  {
    name: "update",
    summary: "Change a compute's sizes or tags.",
    options: [NAME, ...SIZES, ...UPDATE_OPTIONS, NO_WAIT, ...WORKSPACE_OPTIONS],
    examples: [["compute update -n cpu-cluster --max-instances 8", "Let it grow further"]],
    run: (session, options) => updateEntity(session, { noun: "compute", id: idOf(session), changes: sizesOf(options) }),
  },
  ...(["delete", "detach"] as const).map((name): CommandSpec => ({
    name,
    summary: name === "delete" ? "Delete a compute." : "Take a compute out of the workspace without deleting it.",
    options: [NAME, YES, NO_WAIT, ...WORKSPACE_OPTIONS],
    examples: [[`compute ${name} -n cpu-cluster --yes`, "Without being asked"]],
    async run(session, options) {
      const what = `compute '${options.requireText("name")}'`;
      await confirm(options, `${name === "delete" ? "Delete" : "Detach"} ${what}?`);
      const query = { underlyingResourceAction: name === "delete" ? "Delete" : "Detach" };
      await changing(session, `Removing ${what}`, (change) =>
        session.client.delete(idOf(session), { ...change, query }),
      );
      return undefined;
    },
  })),
  ...(["start", "stop", "restart"] as const).map((name): CommandSpec => ({
    name,
    summary: `${name.replace(/^./, (letter) => letter.toUpperCase())} a compute instance.`,
    options: [NAME, NO_WAIT, ...WORKSPACE_OPTIONS],
    examples: [[`compute ${name} -n my-instance`, `${name} it`]],
    async run(session) {
      await changing(session, `Compute: ${name}`, (change) =>
        session.client.post(idOf(session), name, { options: change }),
      );
      return undefined;
    },
  })),
  {
    name: "list-nodes",
    summary: "List the machines of a cluster and what they do.",
    columns: ["nodeId", "nodeState", "runId", "lazuli.since"],
    options: [NAME, ...WORKSPACE_OPTIONS],
    examples: [["compute list-nodes -n cpu-cluster -o table", "Its machines"]],
    run: async (session) => asRecord(await session.client.post(idOf(session), "listNodes"))["nodes"] ?? [],
  },
  {
    name: "preempt",
    summary: "Take machines from the jobs of a low-priority cluster; the jobs begin anew.",
    options: [
      NAME,
      ["--node <id>", "Only this machine, by its id or number; all when left out."],
      ...WORKSPACE_OPTIONS,
    ],
    examples: [["compute preempt -n low-cluster", "See how a job takes it"]],
    run: (session, options) => {
      const node = options.text("node");
      return session.client.post(idOf(session), "preempt", { body: node === undefined ? {} : { nodeId: node } });
    },
  },
  {
    name: "set-quota",
    summary: "Limit how many machines a workspace's jobs may use at a time.",
    options: [
      ["-n, --name <name>", "'nodes', or 'lowPriorityNodes' for those of low priority alone."],
      ["--limit <count>", "Most machines; -1 for no limit of its own."],
      ...WORKSPACE_OPTIONS,
    ],
    examples: [["compute set-quota -n nodes --limit 4", "No more than four at a time"]],
    async run(session, options) {
      const id = `${session.workspaceId}/quotas/${options.requireText("name")}`;
      const value = [{ id, type: "Microsoft.MachineLearningServices/workspaces/quotas", limit: limitOf(options) }];
      const location = await locationOf(session, options);
      return session.client.post(location, "updateQuotas", { body: { value, location: "local" } });
    },
  },
  {
    name: "list-sizes",
    summary: "List machine sizes.",
    columns: ["name", "vCPUs", "memoryGB", "gpus"],
    options: [
      ["-t, --type <type>", "Only for this type of compute."],
      ["-l, --location <name>", "Location."],
      ...WORKSPACE_OPTIONS,
    ],
    run: (session, options) => listAtLocation(session, options, "vmSizes"),
  },
  {
    name: "list-usage",
    summary: "List how much of the quota is used.",
    columns: ["name.value", "currentValue", "limit", "name.localizedValue"],
    options: [["-l, --location <name>", "Location."], ...WORKSPACE_OPTIONS],
    run: (session, options) => listAtLocation(session, options, "usages"),
  },
];

export function register(program: Command): void {
  addNoun(program, { name: "compute", summary: "Computes: where jobs run.", commands: COMMANDS });
}

function sizesOf(options: Options): Record<string, unknown> {
  return {
    min_instances: options.count("minInstances"),
    max_instances: options.count("maxInstances"),
    idle_time_before_scale_down: options.count("idleTimeBeforeScaleDown"),
    tags: options.pairs("tags"),
  };
}

async function listAtLocation(
  session: Session,
  options: Options,
  collection: "vmSizes" | "usages",
): Promise<unknown[]> {
  const found: unknown[] = [];
  const location = await locationOf(session, options);
  for await (const item of session.client.listRaw(`${location}/${collection}`)) found.push(item);
  return found;
}

async function locationOf(session: Session, options: Options): Promise<string> {
  const location = options.text("location") ?? (await session.client.get(session.workspaceId)).location ?? "local";
  const provider = `/subscriptions/${session.scope.subscription}/providers/Microsoft.MachineLearningServices`;
  return `${provider}/locations/${location}`;
}

/** Commander takes `-1` for a value where a value must follow. */
function limitOf(options: Options): number {
  const text = options.requireText("limit");
  if (/^-?\d+$/.test(text) && Number(text) >= -1) return Number(text);
  throw new PlatformError("BadRequest", `'${text}' is no limit; write a number of machines, or -1 for none.`);
}

function idOf(session: Session): string {
  return computeId(session, session.options.requireText("name"));
}

function computeId(session: Session, name: string): string {
  return `${session.workspaceId}/computes/${name}`;
}
