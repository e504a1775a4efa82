import { resolveEntity } from "@lazuli/sdk/submit/resolve-entity.ts";
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
import { Options } from "../options.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";
import { changing, deleteResource, envelopeOf, listEntities, putEntity, readInput, render } from "./entity-actions.ts";
import { updateEntity } from "./update-entity.ts";

const NAME: OptionSpec = ["-n, --name <name>", "Name of the deployment."];
const ENDPOINT: OptionSpec = ["-e, --endpoint-name <name>", "Endpoint it belongs to."];
const FILE: OptionSpec = ["-f, --file <path>", "YAML file of the deployment."];
const ACCEPTED: readonly OptionSpec[] = [
  ["--local", "Not needed: every deployment here is local."],
  ["--web", "Accepted for scripts."],
  ["--skip-script-validation", "Accepted for scripts."],
  ["--package-model", "Accepted for scripts."],
];
const ONE: readonly OptionSpec[] = [NAME, ENDPOINT, ...WORKSPACE_OPTIONS];
const CONTAINERS = new Map([
  ["inference-server", "InferenceServer"],
  ["storage-initializer", "StorageInitializer"],
]);

const COMMANDS: readonly CommandSpec[] = [
  {
    name: "create",
    summary: "Create a deployment: a model with its scoring script and environment, behind an endpoint.",
    options: [
      FILE,
      NAME,
      ENDPOINT,
      ["--all-traffic", "Send all requests to it once it serves."],
      SET,
      NO_WAIT,
      ...ACCEPTED,
      ...WORKSPACE_OPTIONS,
    ],
    examples: [
      ["online-deployment create -f blue.yml --all-traffic", "Deploy, then send it all requests"],
      ["online-deployment create -f blue.yml -e wine --set instance_count=2", "With two instances"],
    ],
    run: create,
  },
  {
    name: "show",
    summary: "Show a deployment.",
    options: [...ONE, ...ACCEPTED],
    examples: [["online-deployment show -n blue -e wine", "Its model, environment and state"]],
    run: async (session) => show(session, await session.client.get(idOf(session))),
  },
  {
    name: "list",
    summary: "List the deployments of an endpoint.",
    options: [ENDPOINT, ...ACCEPTED, ...WORKSPACE_OPTIONS],
    columns: ["name", "instance_type", "instance_count", "model", "provisioning_state"],
    examples: [["online-deployment list -e wine -o table", "All of an endpoint"]],
    run: (session, options) =>
      listEntities(session, "online-deployment", {
        collection: `${endpointId(session, options.requireText("endpointName"))}/deployments`,
      }),
  },
  {
    name: "update",
    summary: "Change a deployment; requests are served throughout.",
    options: [FILE, ...ONE, ...UPDATE_OPTIONS, NO_WAIT, ...ACCEPTED],
    examples: [["online-deployment update -n blue -e wine --set instance_count=3", "More instances"]],
    async run(session, options) {
      const file = options.text("file");
      const changes = file === undefined ? {} : await readInput("online-deployment", new Options({ file }));
      const name = options.text("name") ?? String(changes["name"] ?? options.requireText("name"));
      const endpoint =
        options.text("endpointName") ?? String(changes["endpoint_name"] ?? options.requireText("endpointName"));
      const id = `${endpointId(session, endpoint)}/deployments/${name}`;
      const updated = await updateEntity(session, { noun: "online-deployment", id, changes });
      return updated === undefined ? undefined : { ...updated, endpoint_name: endpoint };
    },
  },
  {
    name: "delete",
    summary: "Delete a deployment; take its traffic away first.",
    options: [...ONE, YES, NO_WAIT, ...ACCEPTED],
    examples: [["online-deployment delete -n blue -e wine --yes", "Without being asked"]],
    run: (session, options) => deleteResource(session, idOf(session), `deployment '${options.requireText("name")}'`),
  },
  {
    name: "get-logs",
    summary: "Show the end of a deployment's log.",
    options: [
      ...ONE,
      ["-l, --lines <count>", "Number of lines. Default: 5000."],
      ["-c, --container <name>", "inference-server or storage-initializer."],
      ...ACCEPTED,
    ],
    examples: [["online-deployment get-logs -n blue -e wine --lines 100", "Its last 100 lines"]],
    async run(session, options) {
      const containerType = CONTAINERS.get(options.text("container") ?? "inference-server") ?? "InferenceServer";
      const body = { containerType, tail: options.count("lines") ?? 5000 };
      const content = asRecord(await session.client.post(idOf(session), "getLogs", { body }))["content"] ?? "";
      if (options.text("output") !== undefined || options.text("query") !== undefined) return content;
      // A log is for reading, so it is printed as it is unless a format is asked for.
      process.stdout.write(`${String(content).trimEnd()}\n`);
      return undefined;
    },
  },
];

export function register(program: Command): void {
  addNoun(program, {
    name: "online-deployment",
    summary: "Online deployments: what serves behind an endpoint.",
    commands: COMMANDS,
  });
}

async function create(session: Session, options: Options): Promise<unknown> {
  options.requireText("file");
  const flags = { name: options.text("name"), endpoint_name: options.text("endpointName") };
  const value = await readInput("online-deployment", options, flags);
  const name = typeof value["name"] === "string" ? value["name"] : options.requireText("name");
  const endpoint =
    typeof value["endpoint_name"] === "string" ? value["endpoint_name"] : options.requireText("endpointName");
  // Fails before anything is uploaded when the endpoint is missing.
  const parent = await session.client.get(endpointId(session, endpoint));
  const resolved = await resolveEntity(session.submitContext(options.text("file")), "online-deployment", value);
  const defaults = { location: parent.location ?? "local", instance_count: 1 };
  const id = `${parent.id}/deployments/${name}`;
  const created = await putEntity(session, { noun: "online-deployment", id, value: { ...defaults, ...resolved } });
  if (options.isSet("allTraffic") && !options.isSet("noWait")) {
    const properties = { ...parent.properties, traffic: { [name]: 100 } };
    await changing(session, "Moving the traffic", (change) =>
      session.client.put(parent.id, { ...envelopeOf(parent), properties }, change),
    );
  }
  return created === undefined ? undefined : { ...created, endpoint_name: endpoint };
}

function show(session: Session, resource: Parameters<typeof render>[1]): Record<string, unknown> {
  return { ...render("online-deployment", resource), endpoint_name: session.options.text("endpointName") };
}

function idOf(session: Session): string {
  const { options } = session;
  return `${endpointId(session, options.requireText("endpointName"))}/deployments/${options.requireText("name")}`;
}

function endpointId(session: Session, name: string): string {
  return `${session.workspaceId}/onlineEndpoints/${name}`;
}
