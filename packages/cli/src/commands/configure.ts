import { PlatformError } from "@lazuli/contract/errors.ts";
import type { Command } from "commander";

import { Options } from "../options.ts";
import { readDefaults, writeDefaults } from "../session/defaults.ts";

const KNOWN = ["group", "workspace", "location", "subscription"];

export function register(program: Command): void {
  program
    .command("configure")
    .description("Set what commands use when nothing is named: group, workspace, location, subscription.")
    .option("-d, --defaults <pairs...>", "key=value; an empty value forgets.")
    .option("-l, --list-defaults", "Show them.")
    .option("--scope <scope>", "Accepted for scripts.")
    .addHelpText(
      "after",
      "\nExamples:\n  lazuli configure --defaults group=research workspace=vision\n  lazuli configure --list-defaults\n",
    )
    .action((values: Record<string, unknown>) => {
      const options = new Options(values);
      const pairs = options.pairs("defaults") ?? {};
      const unknown = Object.keys(pairs).find((key) => !KNOWN.includes(key));
      if (unknown !== undefined) {
        throw new PlatformError("BadRequest", `'${unknown}' is no default; there are ${KNOWN.join(", ")}.`);
      }
      writeDefaults(pairs);
      if (!options.isSet("listDefaults")) return;
      const { resourceGroup, ...others } = readDefaults();
      const shown = Object.entries({ group: resourceGroup, ...others }).filter(([, value]) => value !== undefined);
      process.stdout.write(
        `${JSON.stringify(
          shown.map(([name, value]) => ({ name, value })),
          undefined,
          2,
        )}\n`,
      );
    });
}
