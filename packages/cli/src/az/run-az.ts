import { VERSION } from "@lazuli/contract/version.ts";

import { runCommandLine, runProgram } from "../run-command-line.ts";

const USAGE_EXIT = 2;

/** Groups of `az` besides `ml`, each imported when it is used. */
const GROUPS = {
  account: () => import("./account.ts"),
  group: () => import("./group.ts"),
  extension: () => import("./extension.ts"),
  cloud: () => import("./cloud.ts"),
  login: () => import("./account.ts"),
  logout: () => import("./account.ts"),
  configure: () => import("../commands/configure.ts"),
} as const;

/** Runs a command line of Azure's `az`: all of `az ml`, and of the rest what scripts around it need. */
export async function runAz(argv: readonly string[]): Promise<number> {
  const [name = "--help"] = argv;
  if (name === "ml") return runCommandLine(argv.slice(1), { errorPrefix: "ERROR: " });
  if (name === "--version" || name === "version") {
    process.stdout.write(renderVersion(name));
    return 0;
  }
  if (name === "--help" || name === "-h") {
    process.stdout.write(HELP);
    return 0;
  }
  const group = Object.entries(GROUPS).find(([known]) => known === name)?.[1];
  if (group !== undefined) return runProgram([...argv], { load: group, errorPrefix: "ERROR: " });
  process.stderr.write(
    `ERROR: 'az ${name}' is not part of Lazuli's stand-in for az; it has ml, ${Object.keys(GROUPS).join(", ")}.\n`,
  );
  return USAGE_EXIT;
}

const HELP = `az, as far as Lazuli stands in for it: scripts of 'az ml ...' commands run unchanged.

  az ml ...            everything of 'lazuli --help'
  az configure         --defaults group=... workspace=... location=...
  az account           show, list, set, get-access-token
  az group             create, show, list, exists, delete
  az login, az logout, az extension, az cloud, az version
`;

function renderVersion(asked: string): string {
  const versions = { "azure-cli": "2.77.0", "azure-cli-core": "2.77.0", extensions: { ml: "2.39.0" }, lazuli: VERSION };
  if (asked === "version") return `${JSON.stringify(versions, undefined, 2)}\n`;
  return `azure-cli                         2.77.0\n\nExtensions:\nml                                2.39.0\n\nLazuli ${VERSION} stands in for az.\n`;
}
