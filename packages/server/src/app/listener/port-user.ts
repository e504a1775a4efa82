import { readFile, readdir, readlink } from "node:fs/promises";

const LISTENING = "0A";
const PROCESS_COUNT_MAX = 20_000;

/**
 * Which program listens on a TCP port of this machine, as `python3 (process 4711)`; `undefined` when this system does not
 * tell or does not tell us. Reads Linux's /proc, so that nothing has to be started for it.
 */
export async function describePortUser(port: number): Promise<string | undefined> {
  const sockets = new Set([
    ...(await listeningSockets("/proc/net/tcp", port)),
    ...(await listeningSockets("/proc/net/tcp6", port)),
  ]);
  if (sockets.size === 0) return undefined;
  const entries = await readdir("/proc").catch(() => []);
  const pids = entries.filter((entry) => /^\d+$/.test(entry)).slice(0, PROCESS_COUNT_MAX);
  for (const pid of pids) {
    if (await holdsSocket(pid, sockets)) return `${await programName(pid)} (process ${pid})`;
  }
  return undefined;
}

/** Inode numbers of sockets that listen on the port. */
async function listeningSockets(table: string, port: number): Promise<string[]> {
  const text = await readFile(table, "utf8").catch(() => "");
  const ending = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = text.split("\n").map((line) => line.trim().split(/\s+/));
  return rows.flatMap((row) => (row[1]?.endsWith(ending) && row[3] === LISTENING ? [`socket:[${row[9] ?? ""}]`] : []));
}

async function holdsSocket(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  // A process that ended meanwhile, or that belongs to somebody else, shows nothing.
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => "")));
  return targets.some((target) => sockets.has(target));
}

async function programName(pid: string): Promise<string> {
  const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "a program");
  return name.trim();
}
