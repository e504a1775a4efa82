import type { Command } from "commander";

export function register(program: Command): void {
  program
    .command("down")
    .description("Stop the platform on this machine. Data stays where it is.")
    .option("--home <folder>", "Data directory. Default: LAZULI_HOME, else ~/.lazuli.")
    .action(async (flags: { readonly home?: string }) => down(flags.home));
}

async function down(homeFlag: string | undefined): Promise<void> {
  const { resolveHome } = await import("../platform/home.ts");
  const { stopServer } = await import("../platform/stop-server.ts");
  const home = resolveHome(homeFlag);
  const sentences = {
    stopped: `Lazuli on '${home}' is stopped.`,
    killed: `Lazuli on '${home}' did not end by itself and was killed; nothing acknowledged is lost.`,
    notRunning: `No Lazuli server runs on '${home}'.`,
  };
  const outcome = await stopServer(home);
  process.stdout.write(`${sentences[outcome]}\n`);
}
