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
import { Options } from "../options.ts";
import type { Session } from "../session/session.ts";
import { changing, deleteResource, listEntities, putEntity, readInput, render } from "./entity-actions.ts";
import { invokeEndpoint } from "./online-endpoint-invoke.ts";
import { updateEntity } from "./update-entity.ts";

const NAME: OptionSpec = ["-n, --name <name>", "Name of the endpoint."];
const FILE: OptionSpec = ["-f, --file <path>", "YAML file of the endpoint."];
const LOCAL: OptionSpec = ["--local", "Not needed: every endpoint here is local."];
const WEB: OptionSpec = ["-e, --web", "Accepted for scripts."];

const COMMANDS: readonly CommandSpec[] = [
  {
    name: "create",
    summary: "Create an endpoint; it answers as soon as it has a deployment with traffic.",
    options: [
      FILE,
      NAME,
      ["--auth-mode <mode>", "key, aml_token or aad_token. Default: key."],
      SET,
      NO_WAIT,
      LOCAL,
      WEB,
      ...WORKSPACE_OPTIONS,
    ],
    examples: [
      ["online-endpoint create -n wine", "With key authentication"],
      ["online-endpoint create -f endpoint.yml", "From a YAML file"],
    ],
    async run(session, options) {
      const flags = { name: options.text("name"), auth_mode: options.text("authMode") };
      const value = await readInput("online-endpoint", options, flags);
      const name = typeof value["name"] === "string" ? value["name"] : options.requireText("name");
      const defaults = { location: "local", auth_mode: "key" };
      return putEntity(session, {
        noun: "online-endpoint",
        id: endpointId(session, name),
        value: { ...defaults, ...value },
      });
    },
  },
  {
    name: "show",
    summary: "Show an endpoint: its address, traffic and state.",
    options: [NAME, LOCAL, WEB, ...WORKSPACE_OPTIONS],
    examples: [["online-endpoint show -n wine --query scoring_uri -o tsv", "Its address alone"]],
    run: async (session) => render("online-endpoint", await session.client.get(idOf(session))),
  },
  {
    name: "list",
    summary: "List endpoints.",
    options: [LOCAL, ...WORKSPACE_OPTIONS],
    columns: ["name", "auth_mode", "traffic", "provisioning_state", "scoring_uri"],
    examples: [["online-endpoint list -o table", "All of the workspace"]],
    run: (session) =>
      listEntities(session, "online-endpoint", { collection: `${session.workspaceId}/onlineEndpoints` }),
  },
  {
    name: "update",
    summary: "Change an endpoint, above all its traffic.",
    options: [
      FILE,
      NAME,
      ["-r, --traffic <pairs>", 'Share of requests by deployment: "blue=90 green=10".'],
      ["--mirror-traffic <pairs>", 'Share of requests to copy: "green=10".'],
      ...UPDATE_OPTIONS,
      NO_WAIT,
      LOCAL,
      WEB,
      ...WORKSPACE_OPTIONS,
    ],
    examples: [
      [
        'online-endpoint update -n wine --traffic "blue=90 green=10"',
        "Try a new deployment with a tenth of the requests",
      ],
    ],
    async run(session, options) {
      const file = options.text("file");
      const fromFile = file === undefined ? {} : await readInput("online-endpoint", new Options({ file }));
      const name = options.text("name") ?? String(fromFile["name"] ?? options.requireText("name"));
      const changes = { ...fromFile, ...sharesOf(options) };
      return updateEntity(session, { noun: "online-endpoint", id: endpointId(session, name), changes });
    },
  },
  {
    name: "delete",
    summary: "Delete an endpoint with its deployments.",
    options: [NAME, YES, NO_WAIT, LOCAL, ...WORKSPACE_OPTIONS],
    examples: [["online-endpoint delete -n wine --yes", "Without being asked"]],
    run: (session, options) => deleteResource(session, idOf(session), `endpoint '${options.requireText("name")}'`),
  },
  {
    name: "invoke",
    summary: "Send a request to an endpoint and print its answer.",
    options: [
      NAME,
      ["-r, --request-file <path>", "File with the request's JSON body."],
      ["-d, --deployment-name <name>", "Deployment to ask, past the traffic rules."],
      LOCAL,
      ...WORKSPACE_OPTIONS,
    ],
    examples: [["online-endpoint invoke -n wine -r request.json", "Score a file"]],
    run: invokeEndpoint,
  },
  {
    name: "get-credentials",
    summary: "Show the keys or the token that callers need.",
    options: [NAME, ...WORKSPACE_OPTIONS],
    examples: [["online-endpoint get-credentials -n wine --query primaryKey -o tsv", "The key alone"]],
    async run(session) {
      const endpoint = await session.client.get(idOf(session));
      const action = String(endpoint.properties?.["authMode"]).toLowerCase() === "key" ? "listKeys" : "token";
      return session.client.post(endpoint.id, action);
    },
  },
  {
    name: "regenerate-keys",
    summary: "Replace one of an endpoint's keys.",
    options: [NAME, ["--key-type <type>", "primary or secondary. Default: primary."], NO_WAIT, ...WORKSPACE_OPTIONS],
    examples: [["online-endpoint regenerate-keys -n wine --key-type secondary", "Replace the second key"]],
    async run(session, options) {
      const type = (options.text("keyType") ?? "primary").toLowerCase();
      if (type !== "primary" && type !== "secondary") {
        throw new PlatformError("BadRequest", `'--key-type' is 'primary' or 'secondary', not '${type}'.`);
      }
      const body = { keyType: type === "primary" ? "Primary" : "Secondary" };
      await changing(session, "Replacing the key", (change) =>
        session.client.post(idOf(session), "regenerateKeys", { body, options: change }),
      );
      return session.client.post(idOf(session), "listKeys");
    },
  },
];

export function register(program: Command): void {
  addNoun(program, {
    name: "online-endpoint",
    summary: "Online endpoints: models that answer requests.",
    commands: COMMANDS,
  });
}

function sharesOf(options: Options): Record<string, unknown> {
  const shares: Record<string, unknown> = {};
  for (const [key, flag] of [
    ["traffic", "traffic"],
    ["mirror_traffic", "mirrorTraffic"],
  ] as const) {
    const pairs = options.pairs(flag);
    if (pairs !== undefined)
      shares[key] = Object.fromEntries(Object.entries(pairs).map(([name, share]) => [name, Number(share)]));
  }
  return shares;
}

function idOf(session: Session): string {
  return endpointId(session, session.options.requireText("name"));
}

function endpointId(session: Session, name: string): string {
  return `${session.workspaceId}/onlineEndpoints/${name}`;
}
