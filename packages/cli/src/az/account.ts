import { PlatformError } from "@lazuli/contract/errors.ts";
import type { Command } from "commander";

import { addCommand, type CommandSpec } from "../command-spec.ts";
import { asRecord } from "../session/connection.ts";
import { writeDefaults } from "../session/defaults.ts";
import type { Session } from "../session/session.ts";

const SHOW: CommandSpec = {
  name: "show",
  summary: "Show the subscription in use.",
  run: (session) => describeAccount(session),
};

const COMMANDS: readonly CommandSpec[] = [
  SHOW,
  { name: "list", summary: "List subscriptions.", run: async (session) => [await describeAccount(session)] },
  {
    name: "set",
    summary: "Choose the subscription that commands use.",
    options: [["-s, --name <id>", "Subscription id; '--subscription' is the same."]],
    async run(_session, options) {
      const subscription = options.text("subscription") ?? options.requireText("name");
      writeDefaults({ subscription });
      return undefined;
    },
  },
  {
    name: "get-access-token",
    summary: "Print an access token.",
    options: [
      ["--resource <url>", "Audience. Default: https://management.azure.com."],
      ["--scope <scope>", "Audience with '/.default'."],
      ["--resource-type <type>", "Accepted for scripts."],
      ["-t, --tenant <id>", "Accepted for scripts."],
    ],
    async run(session, options) {
      const audience = options.text("resource") ?? options.text("scope")?.replace(/\/\.default$/, "");
      const accessToken = await session.connection.getToken(undefined, audience);
      const { exp, tid } = readClaims(accessToken);
      const expiresOn = Number(exp);
      const local = new Date(expiresOn * 1000).toISOString().replace("T", " ").replace("Z", "000");
      return {
        accessToken,
        expiresOn: local,
        expires_on: expiresOn,
        subscription: session.scope.subscription,
        tenant: tid,
        tokenType: "Bearer",
      };
    },
  },
];

export function register(program: Command): void {
  const account = program.command("account").description("The subscription in use.");
  for (const command of COMMANDS) addCommand(account, command);
  const accepted = ["--identity", "--service-principal", "--use-device-code", "--allow-no-subscriptions"] as const;
  addCommand(program, {
    name: "login",
    summary: "Check that the platform lets this user in.",
    options: [
      ...accepted.map((flag) => [flag, "Accepted for scripts."] as const),
      ["-u, --username <name>", "Accepted for scripts."],
      ["-p, --password <secret>", "Accepted for scripts."],
      ["-t, --tenant <id>", "Accepted for scripts."],
    ],
    run: async (session) => [await describeAccount(session)],
  });
  program.command("logout").description("Does nothing: nothing was stored.");
}

async function describeAccount(session: Session): Promise<Record<string, unknown>> {
  const claims = readClaims(await session.connection.getToken());
  const { subscription } = session.scope;
  return {
    environmentName: process.env["AZUREML_CURRENT_CLOUD"] ?? "LazuliCloud",
    homeTenantId: claims["tid"],
    id: subscription,
    isDefault: true,
    managedByTenants: [],
    name: "Lazuli",
    state: "Enabled",
    tenantId: claims["tid"],
    user: { name: claims["upn"] ?? claims["name"] ?? claims["oid"], type: "user" },
  };
}

/** What a token says, unverified: the platform verifies it with every request. */
function readClaims(token: string): Record<string, unknown> {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return asRecord(payload);
  } catch (error) {
    throw new PlatformError("Unauthenticated", "The access token is not a JWT.", { cause: error });
  }
}
