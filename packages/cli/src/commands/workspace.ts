import type { Command } from "commander";

import { addNoun, NO_WAIT, SET, UPDATE_OPTIONS, YES, type CommandSpec, type OptionSpec } from "../command-spec.ts";
import { Options } from "../options.ts";
import { readDefaults } from "../session/defaults.ts";
import type { Session } from "../session/session.ts";
import { changing, deleteResource, listEntities, putEntity, readInput, render } from "./entity-actions.ts";
import { updateEntity } from "./update-entity.ts";

const NAME: OptionSpec = ["-n, --name <name>", "Name of the workspace."];
const GROUP: OptionSpec = [
  "-g, --resource-group <name>",
  "Resource group. Default: configured, or that of the server.",
];
const FIELDS: readonly OptionSpec[] = [
  ["--display-name <text>", "Name to show."],
  ["--description <text>", "What it is for."],
  ["--tags <pairs...>", "Tags: key=value; repeatable."],
  ["--public-network-access <value>", "Enabled or Disabled."],
  ["-i, --image-build-compute <name>", "Compute that builds images."],
];

const COMMANDS: readonly CommandSpec[] = [
  {
    name: "create",
    summary: "Create a workspace with its storage and datastores.",
    options: [
      ["-f, --file <path>", "YAML file of the workspace."],
      NAME,
      ["-l, --location <name>", "Location. Default: local."],
      ["--kind <kind>", "default, hub or project."],
      ...FIELDS,
      SET,
      NO_WAIT,
      GROUP,
    ],
    examples: [
      ["workspace create -n vision", "An empty workspace"],
      ["workspace create -f workspace.yml -g research", "From a YAML file, in a resource group"],
    ],
    async run(session, options) {
      const kind = options.text("kind");
      const value = await readInput("workspace", options, {
        ...flagsOf(options),
        name: options.text("name"),
        location: options.text("location"),
        kind,
      });
      const name = typeof value["name"] === "string" ? value["name"] : options.requireText("name");
      return putEntity(session, {
        noun: "workspace",
        id: workspaceId(session, name),
        value: { location: "local", ...value },
      });
    },
  },
  {
    name: "show",
    summary: "Show a workspace.",
    options: [NAME, GROUP],
    examples: [["workspace show -n main --query mlflow_tracking_uri -o tsv", "Where MLflow finds it"]],
    run: async (session, options) =>
      render("workspace", await session.client.get(workspaceId(session, nameOf(session, options)))),
  },
  {
    name: "list",
    summary: "List workspaces, of one resource group or of the subscription.",
    options: [["-r, --max-results <count>", "List no more than this."], GROUP],
    columns: ["name", "resourceGroup", "location", "display_name", "description"],
    examples: [["workspace list -o table", "All of them"]],
    async run(session, options) {
      const { subscription, resourceGroup } = session.scope;
      const inGroup = options.text("resourceGroup") === undefined ? "" : `/resourceGroups/${resourceGroup}`;
      const collection = `/subscriptions/${subscription}${inGroup}/providers/Microsoft.MachineLearningServices/workspaces`;
      return listEntities(session, "workspace", { collection });
    },
  },
  {
    name: "update",
    summary: "Change a workspace.",
    options: [
      ["-f, --file <path>", "YAML file with the keys to change."],
      NAME,
      ...FIELDS,
      ...UPDATE_OPTIONS,
      NO_WAIT,
      GROUP,
    ],
    examples: [['workspace update -n main --description "Team vision"', "Change its description"]],
    async run(session, options) {
      const file = options.text("file") === undefined ? {} : await readInput("workspace", withoutSet(options));
      const changes = { ...file, ...flagsOf(options) };
      return updateEntity(session, { noun: "workspace", id: workspaceId(session, nameOf(session, options)), changes });
    },
  },
  {
    name: "delete",
    summary: "Delete a workspace with everything in it.",
    options: [
      NAME,
      ["--all-resources", "Accepted for scripts."],
      ["-p, --permanently-delete", "Do not keep it for recovery."],
      YES,
      NO_WAIT,
      GROUP,
    ],
    examples: [["workspace delete -n vision --yes", "Without being asked"]],
    async run(session, options) {
      const name = options.requireText("name");
      return deleteResource(session, workspaceId(session, name), `workspace '${name}' and everything in it`);
    },
  },
  ...(
    [
      ["list-keys", "listKeys", "Show the keys of the workspace's storage."],
      ["sync-keys", "resyncKeys", "Take over changed keys."],
      ["diagnose", "diagnose", "Check the workspace's parts."],
      ["provision-network", "provisionManagedNetwork", "Provision the managed network."],
    ] as const
  ).map(([name, action, summary]): CommandSpec => ({
    name,
    summary,
    options: [NAME, NO_WAIT, GROUP],
    run: (session, options) => {
      const id = workspaceId(session, nameOf(session, options));
      return changing(session, summary.replace(/\.$/, ""), (change) =>
        session.client.post(id, action, { body: {}, options: change }),
      );
    },
  })),
];

export function register(program: Command): void {
  addNoun(program, {
    name: "workspace",
    summary: "Workspaces: where jobs, assets and endpoints live.",
    commands: COMMANDS,
  });
}

function nameOf(session: Session, options: Options): string {
  return options.text("name") ?? session.scope.workspace;
}

function workspaceId(session: Session, name: string): string {
  const { subscription, resourceGroup } = session.scope;
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${name}`;
}

function flagsOf(options: Options): Record<string, unknown> {
  return {
    display_name: options.text("displayName"),
    description: options.text("description"),
    tags: options.pairs("tags"),
    public_network_access: options.text("publicNetworkAccess"),
    image_build_compute: options.text("imageBuildCompute"),
    location: options.text("location") ?? undefined,
  };
}

/** `--set` of an update changes what is there, not the file. */
function withoutSet(options: Options): Options {
  return new Options({ file: options.text("file"), location: readDefaults().location });
}
