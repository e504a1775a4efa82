import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const LAUNCHER = join(import.meta.dirname, "../../lazuli");
const TOOLS = [
  "sh",
  "mkdir",
  "cmp",
  "cp",
  "rm",
  "mv",
  "df",
  "awk",
  "sleep",
  "readlink",
  "find",
  "head",
  "dirname",
  "cat",
];
const RUN_TIMEOUT_MS = 60_000;
/** Prints what it was called with, so that a test sees words and order arrive. */
const MAIN = `process.stdout.write(JSON.stringify(process.argv.slice(2)) + "\\n"); process.exitCode = process.argv.includes("fail") ? 7 : 0;`;
/** Notes its calls and does what the launcher expects of npm, without a network. */
const NPM = `#!/bin/sh
echo "$*" >>"$NPM_CALLS"
case $1 in
  ping) exit "\${NPM_PING:-0}" ;;
  config) echo "https://registry.example/" ;;
  ci | install)
    [ -n "\${NPM_FAILS-}" ] && exit 1
    case "$*" in
      *--prefix*) mkdir -p "$3/node_modules/node/bin" && cp "$NEW_NODE" "$3/node_modules/node/bin/node" ;;
      *) sleep "\${NPM_SECONDS:-0}"; mkdir -p node_modules; : >node_modules/.package-lock.json; echo "npm talks" ;;
    esac ;;
esac
`;
const OLD_NODE = `#!/bin/sh\necho "20 /opt/old/node"\n`;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SampleCheckout {
  readonly folder: string;
  /** Programs on the path of what runs here; tests remove or replace them. */
  readonly tools: string;
  lazuli(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  npmCalls(): Promise<string[]>;
  /** Puts a program on the path, in place of the one there. */
  putTool(name: string, script: string): Promise<void>;
  useOldNode(): Promise<void>;
  remove(): Promise<void>;
}

export interface RunOptions {
  readonly cwd?: string;
  /** How the launcher is called; its own path when absent. */
  readonly command?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** The launcher in a checkout of its own, at a path with spaces and quotes, with an npm that needs no network. */
export async function makeSampleCheckout(): Promise<SampleCheckout> {
  const base = await mkdtemp(join(tmpdir(), "lazuli-launcher-"));
  const folder = join(base, `it's "a" check out`);
  const tools = join(base, "tools");
  const calls = join(base, "npm-calls");
  await mkdir(join(folder, "packages/cli/src"), { recursive: true });
  await mkdir(tools);
  await copyFile(LAUNCHER, join(folder, "lazuli"));
  await writeFile(join(folder, "package-lock.json"), "{}");
  await writeFile(join(folder, "packages/cli/src/main.ts"), MAIN);
  for (const tool of TOOLS) await symlink(await locate(tool), join(tools, tool));
  await symlink(process.execPath, join(tools, "node"));
  const putTool = async (name: string, script: string): Promise<void> => {
    await rm(join(tools, name), { force: true });
    await writeFile(join(tools, name), script);
    await chmod(join(tools, name), 0o755);
  };
  await putTool("npm", NPM);
  return {
    folder,
    tools,
    putTool,
    useOldNode: () => putTool("node", OLD_NODE),
    remove: () => rm(base, { recursive: true }),
    npmCalls: async () => (await readFile(calls, "utf8").catch(() => "")).trimEnd().split("\n").filter(Boolean),
    lazuli: (args, options = {}) =>
      execute(options.command ?? join(folder, "lazuli"), args, {
        cwd: options.cwd ?? base,
        env: { PATH: tools, NPM_CALLS: calls, NEW_NODE: process.execPath, ...options.variables },
        timeout: RUN_TIMEOUT_MS,
      }),
  };
}

async function locate(tool: string): Promise<string> {
  const { stdout } = await run("sh", ["-c", `command -v ${tool}`]);
  return stdout.trim();
}

async function execute(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; timeout: number },
): Promise<Outcome> {
  try {
    const { stdout, stderr } = await run(command, [...args], options);
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && "stdout" in error && "stderr" in error)) throw error;
    return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}
