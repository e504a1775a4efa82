import { spawn } from "node:child_process";

const MAIN = new URL("../../packages/cli/src/main.ts", import.meta.url).pathname;
const AZ = new URL("../../packages/cli/src/az.ts", import.meta.url).pathname;

export interface CliAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Data directory of the server to talk to. */
  readonly home: string;
  /** Folder in which the command runs. */
  readonly folder?: string;
  readonly program?: "lazuli" | "az";
}

/** Runs one command line as a user does, in a process of its own. */
export function runCli(args: readonly string[], options: CliOptions): Promise<CliAnswer> {
  const program = options.program === "az" ? AZ : MAIN;
  const env = { ...process.env, LAZULI_HOME: options.home, LAZULI_URL: undefined, AZURE_DEFAULTS_WORKSPACE: undefined };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: options.folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ exitCode: code ?? 1, stdout, stderr }));
  });
}

/** The printed JSON of a command that must succeed. */
export async function runCliJson(args: readonly string[], options: CliOptions): Promise<unknown> {
  const { exitCode, stdout, stderr } = await runCli(args, options);
  if (exitCode !== 0) throw new Error(`'${args.join(" ")}' ended with ${exitCode}:\n${stderr}\n${stdout}`);
  const value: unknown = stdout === "" ? undefined : JSON.parse(stdout);
  return value;
}
