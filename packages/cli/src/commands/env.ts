import { PlatformError } from "@lazuli/contract/errors.ts";
import type { Command } from "commander";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

const AZ_FOLDER = fileURLToPath(new URL("../../bin", import.meta.url));

interface EnvFlags {
  readonly home?: string;
  readonly shell: string;
  readonly write?: boolean;
  readonly az?: boolean;
  readonly subscription?: string;
  readonly resourceGroup?: string;
  readonly workspaceName?: string;
}

export function register(program: Command): void {
  program
    .command("env")
    .description(`Print what lets unmodified Azure and MLflow clients work: eval "$(./lazuli env)"`)
    .option("--shell <name>", "sh, fish, powershell, dotenv or json.", "sh")
    .option("--write", "Write .azureml/config.json here, for MLClient.from_config().")
    .option("--az", "Also put Lazuli's stand-in for 'az' first on the PATH.")
    .option("--home <folder>", "Data directory. Default: LAZULI_HOME, else ~/.lazuli.")
    .option("--subscription <id>", "Subscription id. Default: that of the server.")
    .option("-g, --resource-group <name>", "Resource group. Default: that of the server.")
    .option("-w, --workspace-name <name>", "Workspace. Default: that of the server.")
    .action(async (flags: EnvFlags) => printEnvironment(flags));
}

async function printEnvironment(flags: EnvFlags): Promise<void> {
  const { EXPORT_FORMATS, renderExports } = await import("../platform/render-exports.ts");
  const { resolveHome } = await import("../platform/home.ts");
  const { getRunningServer } = await import("../platform/running-server.ts");
  const { exportedVariables } = await import("../platform/exported-variables.ts");
  const format = EXPORT_FORMATS.find((name) => name === flags.shell);
  if (format === undefined) {
    throw new PlatformError(
      "BadRequest",
      `'${flags.shell}' is not known to --shell; use ${EXPORT_FORMATS.join(", ")}.`,
    );
  }
  const home = resolveHome(flags.home);
  const server = await getRunningServer(home);
  const place = {
    subscription: flags.subscription ?? server.defaults.subscription,
    resourceGroup: flags.resourceGroup ?? server.defaults.resourceGroup,
    workspace: flags.workspaceName ?? server.defaults.workspace,
  };
  if (flags.write === true) {
    const { writeWorkspaceConfig } = await import("../platform/workspace-config.ts");
    process.stderr.write(`Wrote '${await writeWorkspaceConfig(process.cwd(), place)}'.\n`);
    // Nobody evaluates what a terminal shows, and secrets need not stay in its history.
    if (process.stdout.isTTY) return;
  }
  const variables = await exportedVariables({ home, server, place });
  const path = flags.az === true ? { PATH: `${AZ_FOLDER}${delimiter}${process.env["PATH"] ?? ""}` } : {};
  process.stdout.write(renderExports({ ...variables, ...path }, format));
}
