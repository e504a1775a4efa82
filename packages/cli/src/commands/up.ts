import { PlatformError } from "@lazuli/contract/errors.ts";
import type { Command } from "commander";

const PORT_MAX = 65_535;

interface UpFlags {
  readonly home?: string;
  readonly port?: string;
  readonly host?: string;
  readonly foreground?: boolean;
}

export function register(program: Command): void {
  program
    .command("up")
    .description("Start the platform on this machine and wait until it is ready.")
    .option("--port <number>", "Port for http and https. Default: 8470.")
    .option("--host <address>", "Address to listen on. Default: 127.0.0.1, this machine alone.")
    .option("--home <folder>", "Data directory. Default: LAZULI_HOME, else ~/.lazuli.")
    .option("--foreground", "Run in this terminal until Ctrl+C, and print the log here.")
    .action(async (flags: UpFlags) => up(flags));
}

async function up(flags: UpFlags): Promise<void> {
  const { resolveHome } = await import("../platform/home.ts");
  const { runServer, startServer } = await import("../platform/start-server.ts");
  const { listMissing } = await import("../platform/machine-requirements.ts");
  const home = resolveHome(flags.home);
  const options = { home, port: parsePort(flags.port), host: flags.host };
  if (flags.foreground === true) {
    process.exitCode = await runServer(options);
    return;
  }
  const startedAt = performance.now();
  const [{ server, wasRunning }, missing] = await Promise.all([startServer(options), listMissing(home)]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const state = wasRunning ? "runs already" : `is ready after ${seconds} s`;
  for (const problem of missing) process.stderr.write(`Note: ${problem}\n`);
  process.stdout.write(`Lazuli ${state} at ${server.url} (data in '${home}').\n${renderNextSteps(flags)}`);
}

/** `--home` must be said again with every command, unless it is exported. */
function renderNextSteps(flags: UpFlags): string {
  const home = flags.home === undefined ? "" : ` --home '${flags.home}'`;
  return [
    `  ./lazuli studio${home}           open Studio in the browser`,
    `  eval "$(./lazuli env${home})"    let Python, mlflow and the Azure SDKs find it`,
    `  ./lazuli down${home}             stop it\n`,
  ].join("\n");
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= PORT_MAX) return port;
  throw new PlatformError("BadRequest", `'${text}' is no port; --port takes a number from 1 to ${PORT_MAX}.`);
}
