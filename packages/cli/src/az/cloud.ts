import type { Command } from "commander";

import { addNoun, type CommandSpec } from "../command-spec.ts";
import type { Session } from "../session/session.ts";

const describe = (session: Session) => ({
  endpoints: { resourceManager: `${session.connection.url}/`, activeDirectory: session.connection.url },
  isActive: true,
  name: process.env["AZUREML_CURRENT_CLOUD"] ?? "LazuliCloud",
});

const COMMANDS: readonly CommandSpec[] = [
  { name: "show", summary: "Show the cloud in use: this platform.", run: async (session) => describe(session) },
  { name: "list", summary: "List clouds.", run: async (session) => [describe(session)] },
];

export function register(program: Command): void {
  addNoun(program, { name: "cloud", summary: "The cloud in use.", commands: COMMANDS });
}
