import { PlatformError } from "@lazuli/contract/errors.ts";
import type { Command } from "commander";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

interface QuickstartFlags {
  readonly exit?: boolean;
  readonly home?: string;
  readonly port?: string;
}

const SCRIPT = fileURLToPath(new URL("../../../../examples/quickstart/quickstart.py", import.meta.url));

export function register(program: Command): void {
  program
    .command("quickstart")
    .description("Train, register, deploy and score a real model with Azure ML's own Python SDK, step by step.")
    .option("--exit", "Stop the platform at the end, if this command started it.")
    .option("--home <folder>", "Data directory. Default: LAZULI_HOME, else ~/.lazuli.")
    .option("--port <number>", "Port to start on. Default: 8470.")
    .addHelpText("after", "\nThe steps are examples/quickstart/quickstart.py: short, commented, yours to change.\n")
    .action(async (flags: QuickstartFlags) => quickstart(flags));
}

async function quickstart(flags: QuickstartFlags): Promise<void> {
  const { resolveHome } = await import("../platform/home.ts");
  const { startServer } = await import("../platform/start-server.ts");
  const { stopServer } = await import("../platform/stop-server.ts");
  const { exportedVariables } = await import("../platform/exported-variables.ts");
  const { ensurePythonPackages } = await import("../quickstart/python-packages.ts");
  const { step } = await import("../quickstart/step.ts");
  const startedAt = performance.now();
  const home = resolveHome(flags.home);
  process.stdout.write("\n  Lazuli quickstart: the whole way from data to a prediction\n\n");
  const port = flags.port === undefined ? undefined : Number(flags.port);
  const { server, wasRunning } = await step("Start the platform", async () => {
    const result = await startServer({ home, port, host: undefined });
    return { result, note: `${result.server.url}${result.wasRunning ? " (runs already)" : ""}` };
  });
  try {
    const { interpreter } = await step("Install the Azure ML SDK", async () => {
      const result = await ensurePythonPackages(home);
      return { result, note: result.wasThere ? "is there" : "in a virtual environment of its own" };
    });
    await runScript(interpreter, { ...process.env, ...(await exportedVariables({ home, server })) });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`\n  Done in ${seconds} s.\n`);
  } finally {
    if (flags.exit === true && !wasRunning) await stopServer(home);
  }
  if (flags.exit === true) return;
  const { createStudioLink } = await import("../platform/studio-link.ts");
  const { url } = await createStudioLink(home, server);
  process.stdout.write(`\n  Studio:  ${url}\n           signs you in once; './lazuli studio' makes another link\n\n`);
}

/** The official SDK drives everything from here; its output is the quickstart's. */
function runScript(interpreter: string, env: NodeJS.ProcessEnv): Promise<void> {
  const quiet = {
    PYTHONUNBUFFERED: "1",
    PYTHONWARNINGS: "ignore",
    PYTHONIOENCODING: "utf-8",
  };
  return new Promise((resolve, reject) => {
    const child = spawn(interpreter, [SCRIPT], { stdio: "inherit", env: { ...env, ...quiet } });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else
        reject(
          new PlatformError(
            "Internal",
            "The quickstart stopped at the step above; './lazuli status' shows the platform's log.",
          ),
        );
    });
  });
}
