import type { Command } from "commander";

import { addNoun, NO_WAIT, YES, type CommandSpec, type OptionSpec } from "../command-spec.ts";
import { deleteResource } from "../commands/entity-actions.ts";
import type { Session } from "../session/session.ts";

const NAME: OptionSpec = ["-n, --name <name>", "Name of the resource group."];
/** `az group` takes the name under either flag. */
const GROUP: OptionSpec = ["-g, --resource-group <name>", "The same as --name."];
const QUERY = { "api-version": "2020-06-01" };

const COMMANDS: readonly CommandSpec[] = [
  {
    name: "create",
    summary: "Create a resource group.",
    options: [
      NAME,
      GROUP,
      ["-l, --location <name>", "Location."],
      ["--tags <pairs...>", "Tags: key=value; repeatable."],
    ],
    run: (session, options) =>
      session.client.put(
        groupId(session),
        { location: options.text("location") ?? "local", tags: options.pairs("tags") ?? {}, properties: {} },
        { query: QUERY },
      ),
  },
  {
    name: "show",
    summary: "Show a resource group.",
    options: [NAME, GROUP],
    run: (session) => session.client.get(groupId(session), { query: QUERY }),
  },
  {
    name: "exists",
    summary: "Print whether there is such a resource group.",
    options: [NAME, GROUP],
    run: async (session) => (await session.client.find(groupId(session), { query: QUERY })) !== undefined,
  },
  {
    name: "list",
    summary: "List resource groups.",
    columns: ["name", "location"],
    async run(session) {
      const found: unknown[] = [];
      const collection = `/subscriptions/${session.scope.subscription}/resourcegroups`;
      for await (const group of session.client.listRaw(collection, { query: QUERY })) found.push(group);
      return found;
    },
  },
  {
    name: "delete",
    summary: "Delete a resource group with everything in it.",
    options: [NAME, GROUP, YES, NO_WAIT],
    run: (session) => deleteResource(session, groupId(session), "the resource group and everything in it"),
  },
];

export function register(program: Command): void {
  addNoun(program, { name: "group", summary: "Resource groups.", commands: COMMANDS });
}

function groupId(session: Session): string {
  const name =
    session.options.text("name") ?? session.options.text("resourceGroup") ?? session.options.requireText("name");
  return `/subscriptions/${session.scope.subscription}/resourcegroups/${name}`;
}
