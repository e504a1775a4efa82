import { readdir, readFile } from "node:fs/promises";

/** The runner puts the task's id into the environment of everything that it starts. */
const TASK_MARKER = "LAZULI_TASK_ID";
const ROUNDS_MAX = 5;

/** Kills what is left of a task whose runner was killed: nothing watches over it any more, and it may be run again. */
export async function killOrphans(taskId: string): Promise<number> {
  const marker = Buffer.from(`${TASK_MARKER}=${taskId}\0`);
  let killed = 0;
  // What forks while it is being killed is met in the next round.
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const pids = await findMarked(marker);
    if (pids.length === 0) break;
    for (const pid of pids) killed += kill(pid);
  }
  return killed;
}

async function findMarked(marker: Buffer): Promise<number[]> {
  const names = await readdir("/proc").catch(() => []);
  const pids = names.map(Number).filter((pid) => pid > 1 && pid !== process.pid);
  const marked = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`).catch(() => undefined);
      return environment?.includes(marker) === true ? [pid] : [];
    }),
  );
  return marked.flat();
}

function kill(pid: number): number {
  try {
    process.kill(pid, "SIGKILL");
    return 1;
  } catch {
    // It ended first.
    return 0;
  }
}
