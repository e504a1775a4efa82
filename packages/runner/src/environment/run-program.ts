import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";

export interface ProgramRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Both output streams are appended here. */
  readonly logPath: string;
}

/** Runs a program of the build to its end; answers the exit code. Killed with all it started on abort, which throws. */
export async function runProgram(run: ProgramRun, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const log = openSync(run.logPath, "a");
  const child = spawn(run.program, run.args, { env: run.variables, detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  const kill = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  signal.addEventListener("abort", kill, { once: true });
  try {
    const [code]: (number | string | null)[] = await once(child, "exit");
    signal.throwIfAborted();
    return typeof code === "number" ? code : 1;
  } finally {
    signal.removeEventListener("abort", kill);
  }
}
