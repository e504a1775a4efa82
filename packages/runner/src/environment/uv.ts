import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";

import { TaskFailure } from "../task-failure.ts";
import { withFileLock } from "./file-lock.ts";
import type { Interpreter } from "./interpreters.ts";
import { runProgram } from "./run-program.ts";

export const UV_VERSION = "0.13.9";

export interface UvContext {
  /** `$LAZULI_HOME/tools`. */
  readonly toolsFolder: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly logPath: string;
  note(reason: string): void;
  readonly signal: AbortSignal;
}

/** Path of uv: the machine's own, or one fetched once from the package index. Throws `TaskFailure`. */
export async function ensureUv(interpreters: readonly Interpreter[], context: UvContext): Promise<string> {
  const { toolsFolder, variables } = context;
  const own = join(toolsFolder, `uv-${UV_VERSION}`);
  const program = join(own, "bin", "uv");
  if (existsSync(program)) return program;
  const installed = (variables["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "uv"));
  const found = installed.find((path) => path.startsWith("/") && existsSync(path));
  if (found !== undefined) return found;
  const onWait = (): void => context.note("waits for another job that fetches uv");
  return withFileLock(`${own}.lock`, { signal: context.signal, onWait }, async () => {
    if (!existsSync(program)) await fetchUv(own, interpreters, context);
    return program;
  });
}

async function fetchUv(own: string, interpreters: readonly Interpreter[], context: UvContext): Promise<void> {
  context.note("fetches uv, which builds environments, once for this machine");
  const draft = `${own}.draft`;
  // The system's interpreter may come without `venv`; one of the others then has it.
  for (const interpreter of interpreters) {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(context.toolsFolder, { recursive: true });
    const { variables, logPath, signal } = context;
    const venv = { program: interpreter.path, args: ["-m", "venv", draft], variables, logPath };
    if ((await runProgram(venv, signal)) !== 0) continue;
    const args = ["-m", "pip", "install", "--quiet", `uv==${UV_VERSION}`];
    const install = { program: join(draft, "bin", "python"), args, variables, logPath };
    if ((await runProgram(install, signal)) !== 0) continue;
    renameSync(draft, own);
    return;
  }
  throw new TaskFailure({
    category: "environment",
    code: "NoUv",
    message: "The node could not fetch 'uv', which builds Python environments; the image build log says why.",
    hint: "Install uv on the node, or let the node reach a package index.",
  });
}
