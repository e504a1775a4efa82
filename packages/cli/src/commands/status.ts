import type { Command } from "commander";

/** As `systemctl status` answers for a service that does not run. */
const NOT_RUNNING_EXIT_CODE = 3;

interface StatusFlags {
  readonly home?: string;
  readonly output?: string;
}

interface Status {
  readonly state: "running" | "notAnswering" | "stopped";
  readonly home: string;
  readonly url?: string;
  readonly pid?: number;
  readonly version?: string;
  readonly startedAt?: string;
  readonly log: string;
  /** What the machine lacks, each with the way to get it. */
  readonly missing: readonly string[];
}

export function register(program: Command): void {
  program
    .command("status")
    .description("Say whether the platform runs on this machine, where, and what the machine lacks.")
    .option("--home <folder>", "Data directory. Default: LAZULI_HOME, else ~/.lazuli.")
    .option("-o, --output <format>", "'json' for programs.")
    .action(async (flags: StatusFlags) => printStatus(flags));
}

async function printStatus(flags: StatusFlags): Promise<void> {
  const { resolveHome } = await import("../platform/home.ts");
  const status = await readStatus(resolveHome(flags.home));
  if (status.state !== "running") process.exitCode = NOT_RUNNING_EXIT_CODE;
  process.stdout.write(flags.output === "json" ? `${JSON.stringify(status, null, 2)}\n` : renderStatus(status));
}

async function readStatus(home: string): Promise<Status> {
  const { serverLogPath } = await import("../platform/home.ts");
  const { findRunningServer, isAnswering } = await import("../platform/running-server.ts");
  const { listMissing } = await import("../platform/machine-requirements.ts");
  const [server, missing] = await Promise.all([findRunningServer(home), listMissing(home)]);
  const common = { home, log: serverLogPath(home), missing };
  if (server === undefined) return { state: "stopped", ...common };
  return {
    state: (await isAnswering(server)) ? "running" : "notAnswering",
    url: server.url,
    pid: server.pid,
    version: server.version,
    startedAt: new Date(server.startedAt).toISOString(),
    ...common,
  };
}

function renderStatus(status: Status): string {
  const lines = [describeState(status), `  data  ${status.home}`, `  log   ${status.log}`];
  for (const problem of status.missing) lines.push(`Note: ${problem}`);
  return `${lines.join("\n")}\n`;
}

function describeState(status: Status): string {
  if (status.state === "stopped") return "Lazuli does not run; start it with './lazuli up'.";
  const who = `${status.url ?? ""} (process ${status.pid ?? 0}, since ${status.startedAt ?? ""}, version ${status.version ?? ""})`;
  if (status.state === "running") return `Lazuli runs at ${who}.`;
  return `Lazuli's process is there but does not answer at ${who}; see its log, or './lazuli down' and 'up'.`;
}
