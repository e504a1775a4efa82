import type { Command } from "commander";

interface StudioFlags {
  readonly home?: string;
  /** Commander's `--no-open`. */
  readonly open: boolean;
}

export function register(program: Command): void {
  program
    .command("studio")
    .description("Print a link that signs you in to Studio once, and open it in the browser.")
    .option("--no-open", "Only print the link.")
    .option("--home <folder>", "Data directory. Default: LAZULI_HOME, else ~/.lazuli.")
    .action(async (flags: StudioFlags) => openStudio(flags));
}

async function openStudio(flags: StudioFlags): Promise<void> {
  const { resolveHome } = await import("../platform/home.ts");
  const { getRunningServer } = await import("../platform/running-server.ts");
  const { createStudioLink, openInBrowser } = await import("../platform/studio-link.ts");
  const home = resolveHome(flags.home);
  const link = await createStudioLink(home, await getRunningServer(home));
  process.stdout.write(`${link.url}\n`);
  const isOpened = flags.open && (await openInBrowser(link.url));
  const minutes = Math.round(link.expiresInSeconds / 60);
  const what = isOpened ? "Studio opens in your browser" : "Open this link in a browser";
  process.stderr.write(`${what}; it works once, within ${minutes} minutes.\n`);
}
