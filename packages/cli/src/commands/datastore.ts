import type { Command } from "commander";

import {
  addNoun,
  SET,
  UPDATE_OPTIONS,
  WORKSPACE_OPTIONS,
  YES,
  type CommandSpec,
  type OptionSpec,
} from "../command-spec.ts";
import { Options } from "../options.ts";
import type { Session } from "../session/session.ts";
import { deleteResource, listEntities, putEntity, readInput, render } from "./entity-actions.ts";
import { updateEntity } from "./update-entity.ts";

const NAME: OptionSpec = ["-n, --name <name>", "Name of the datastore."];
const FILE: OptionSpec = ["-f, --file <path>", "YAML file of the datastore."];

const COMMANDS: readonly CommandSpec[] = [
  {
    name: "create",
    summary: "Create a datastore.",
    options: [FILE, NAME, SET, ...WORKSPACE_OPTIONS],
    examples: [["datastore create -f blob.yml", "From a YAML file"]],
    async run(session, options) {
      options.requireText("file");
      const value = await readInput("datastore", options, { name: options.text("name") });
      const name = typeof value["name"] === "string" ? value["name"] : options.requireText("name");
      return putEntity(session, { noun: "datastore", id: datastoreId(session, name), value });
    },
  },
  {
    name: "show",
    summary: "Show a datastore, without its secrets.",
    options: [NAME, ...WORKSPACE_OPTIONS],
    examples: [["datastore show -n workspaceblobstore", "The default datastore"]],
    run: async (session) => render("datastore", await session.client.get(idOf(session))),
  },
  {
    name: "list",
    summary: "List datastores.",
    options: [["-r, --max-results <count>", "List no more than this."], ...WORKSPACE_OPTIONS],
    columns: ["name", "type", "account_name", "container_name", "is_default"],
    examples: [["datastore list -o table", "All of the workspace"]],
    run: (session) => listEntities(session, "datastore", { collection: `${session.workspaceId}/datastores` }),
  },
  {
    name: "update",
    summary: "Change a datastore.",
    options: [FILE, NAME, ...UPDATE_OPTIONS, ...WORKSPACE_OPTIONS],
    examples: [['datastore update -n raw --set description="Raw data"', "Change its description"]],
    async run(session, options) {
      const file = options.text("file");
      const changes = file === undefined ? {} : await readInput("datastore", new Options({ file }));
      const name = options.text("name") ?? String(changes["name"] ?? options.requireText("name"));
      return updateEntity(session, { noun: "datastore", id: datastoreId(session, name), changes });
    },
  },
  {
    name: "delete",
    summary: "Delete a datastore; the data it points to stays.",
    options: [NAME, YES, ...WORKSPACE_OPTIONS],
    examples: [["datastore delete -n raw --yes", "Without being asked"]],
    run: (session, options) => deleteResource(session, idOf(session), `datastore '${options.requireText("name")}'`),
  },
];

export function register(program: Command): void {
  addNoun(program, { name: "datastore", summary: "Datastores: where data lies.", commands: COMMANDS });
}

function idOf(session: Session): string {
  return datastoreId(session, session.options.requireText("name"));
}

function datastoreId(session: Session, name: string): string {
  return `${session.workspaceId}/datastores/${name}`;
}
