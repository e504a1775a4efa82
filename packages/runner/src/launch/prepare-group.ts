import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import type { TaskGroup } from "@lazuli/contract/node/task-group.ts";

import { TaskFailure } from "../task-failure.ts";
import { logNameOf, planRanks, type Rank } from "./plan-ranks.ts";

/** An mpirun that does not even tell its version by then is broken. */
const VERSION_MS_MAX = 10_000;

/** What a task starts for its part in a job of several processes. */
export interface GroupPlan {
  readonly ranks: readonly Rank[];
  readonly command: string;
  /** What stood in for what was asked. */
  readonly substitutions: Readonly<Record<string, string>>;
}

interface GroupSources {
  readonly group: TaskGroup;
  readonly command: string;
  /** Where programs are looked for. */
  readonly path: string;
  /** The task's working folder. */
  readonly root: string;
}

/** Decides by the framework what is started on this node. Throws `TaskFailure` when its launcher is missing. */
export async function prepareGroup(sources: GroupSources): Promise<GroupPlan> {
  const { group, command } = sources;
  if (group.launch.kind === "Ray") return planRay(sources, group.launch);
  if (group.launch.kind === "Mpi") return planMpi(sources, group.launch.processCount);
  return { ranks: planRanks(group), command, substitutions: {} };
}

/**
 * Where there is an mpirun, it starts the processes of all nodes from the first one: they are all on this machine, and
 * MPI's calls only reach each other under one launcher. The other nodes have nothing to do then.
 */
async function planMpi({ group, command, path, root }: GroupSources, processCount: number): Promise<GroupPlan> {
  const program = findProgram("mpirun", path);
  const ranks = planRanks(group);
  const total = processCount * group.addresses.length;
  if (program === undefined) {
    const mpi = `the environment has no mpirun: its ${total} processes were started one by one with mpirun's variables`;
    return { ranks, command, substitutions: { mpi } };
  }
  const { stdout } = await promisify(execFile)(program, ["--version"], { timeout: VERSION_MS_MAX });
  const version = stdout.split("\n")[0]?.trim() ?? "";
  const mpi = `${version === "" ? "mpirun" : version} started all ${total} processes from the first node`;
  if (group.nodeRank > 0) return { ranks: [], command, substitutions: { mpi } };
  const flags = /open ?mpi|open-mpi|openrte/i.test(stdout) ? "--oversubscribe --allow-run-as-root" : "";
  const [first] = ranks;
  const log = logNameOf(0, total).replace(/0+\.txt$/, "");
  const width = String(Math.max(0, total - 1)).length;
  // Each process writes a log of its own, as those do that are started one by one.
  const rank = "rank=${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}";
  const name = `export RANK=$rank WORLD_SIZE=${total} AZUREML_PROCESS_NAME=rank_$rank`;
  const script = `${rank}; ${name}; exec >>"${root}/${log}$(printf %0${width}d "$rank").txt" 2>&1; ${command}`;
  const launch = `exec ${quote(program)} -n ${total} ${flags} bash -c ${quote(script)}`;
  const { MASTER_ADDR = "", MASTER_PORT = "" } = first?.variables ?? {};
  const launcher = { index: 0, logName: "user_logs/std_log_mpirun.txt", variables: { MASTER_ADDR, MASTER_PORT } };
  const logs = Array.from({ length: total }, (_, index) => logNameOf(index, total));
  return { ranks: [{ ...launcher, furtherLogNames: logs }], command: launch, substitutions: { mpi } };
}

/** The environment's own Ray: a head beside the job's command, and workers that serve it on the other nodes. */
function planRay(sources: GroupSources, launch: Extract<TaskGroup["launch"], { kind: "Ray" }>): GroupPlan {
  const { group, path } = sources;
  if (findProgram("ray", path) === undefined) {
    throw new TaskFailure({
      category: "environment",
      code: "RayMissing",
      message: "The job's distribution is 'Ray', and its environment has no program 'ray'.",
      hint: "Add 'ray[default]' to the packages of the job's environment.",
    });
  }
  const head = group.addresses[0] ?? "127.0.0.1";
  const address = launch.address ?? `${head}:${launch.port}`;
  const isHead = group.nodeRank === 0 && launch.address === undefined;
  const dashboard =
    launch.dashboardPort === undefined
      ? "--include-dashboard=false"
      : `--include-dashboard=true --dashboard-host=127.0.0.1 --dashboard-port=${launch.dashboardPort}`;
  const [host = "", port = ""] = address.split(":");
  // The head may be a while away: its environment is being made, too.
  const wait = `until (exec 3<>/dev/tcp/${host}/${port}) 2>/dev/null; do sleep 0.2; done`;
  const startHead = `ray start --head --node-ip-address=${head} --port=${launch.port} ${dashboard} ${launch.headArguments}`;
  const join = `ray start --address=${address} ${launch.workerArguments}`;
  const command = isHead
    ? `${startHead} && { ${sources.command}\n}`
    : group.nodeRank === 0
      ? `${wait}; ${join} && { ${sources.command}\n}`
      : `${wait}; exec ${join} --block`;
  const ranks = planRanks(group).map((rank) => ({ ...rank, variables: { ...rank.variables, RAY_ADDRESS: address } }));
  return { ranks, command, substitutions: {} };
}

function findProgram(name: string, path: string): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder.startsWith("/"));
  return folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
