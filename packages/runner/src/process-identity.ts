import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * When a process started, as the system writes it: with the pid it names one process for good, although pids are used
 * again. `undefined` when there is no such process, or only the remains of one that nobody has waited for.
 */
export function processStartTime(pid: number): string | undefined {
  if (process.platform !== "linux") return startTimeByPs(pid);
  const stat = readStat(pid);
  return stat === undefined || stat.state === "Z" ? undefined : stat.startTime;
}

export interface ProcessStat {
  readonly state: string;
  readonly groupId: number;
  readonly sessionId: number;
  readonly startTime: string;
}

/** Linux only. */
export function readStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The program's name is in parentheses and may hold anything, blanks and parentheses included.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [state = "", , groupId, sessionId] = fields;
    return { state, groupId: Number(groupId), sessionId: Number(sessionId), startTime: fields[19] ?? "" };
  } catch {
    // The process ended meanwhile.
    return undefined;
  }
}

function startTimeByPs(pid: number): string | undefined {
  try {
    const text = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return text === "" ? undefined : text;
  } catch {
    // `ps` fails when there is no such process.
    return undefined;
  }
}
