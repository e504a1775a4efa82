import type { TaskGroup } from "@lazuli/contract/node/task-group.ts";

/** A process of the job on this node. */
export interface Rank {
  /** Among all processes of the job, from 0. */
  readonly index: number;
  /** Of its log, as the server knows it: `user_logs/std_log_process_0.txt`. */
  readonly logName: string;
  /** Logs of the processes that it starts in its turn. */
  readonly furtherLogNames?: readonly string[];
  /** What it sees besides the task's own variables. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The processes that a task has to start for its part in the group, by the launchers that start each by itself. */
export function planRanks(group: TaskGroup): readonly Rank[] {
  const { launch } = group;
  if (launch.kind === "TensorFlow") return planTensorFlow(group, launch);
  const perNode = launch.kind === "PyTorch" || launch.kind === "Mpi" ? launch.processCount : 1;
  const worldSize = perNode * group.addresses.length;
  return Array.from({ length: perNode }, (_, localRank) => {
    const index = group.nodeRank * perNode + localRank;
    const place = { index, localRank, perNode, worldSize };
    const variables = launch.kind === "Plain" || launch.kind === "Ray" ? {} : meetingVariables(group, place);
    const own = launch.kind === "Mpi" ? mpiVariables(group, place) : {};
    return {
      index,
      logName: logNameOf(index, worldSize),
      variables: { ...nameVariables(index), ...variables, ...own },
    };
  });
}

/** Where and how many: the same for all processes of a node. */
export function groupVariables(group: TaskGroup): Record<string, string> {
  const { addresses, nodeRank, masterPort } = group;
  const master = addresses[0] ?? "";
  return {
    NODE_RANK: String(nodeRank),
    AZUREML_CR_NODE_RANK: String(nodeRank),
    AZ_BATCH_HOST_LIST: addresses.join(","),
    AZ_BATCH_NODE_LIST: addresses.join(";"),
    AZ_BATCHAI_NODE_LIST: addresses.join(";"),
    AZ_BATCH_MASTER_NODE: `${master}:${masterPort}`,
    AZ_BATCHAI_MPI_MASTER_NODE: master,
    AZ_BATCHAI_JOB_MASTER_NODE_IP: master,
    AZ_BATCHAI_WORKER_HOSTS: addresses.join(","),
    AZ_BATCH_IS_CURRENT_NODE_MASTER: String(nodeRank === 0),
  };
}

/** Zeros before the rank make names sort as numbers do; without them where one digit is enough. */
export function logNameOf(index: number, worldSize: number, suffix = ""): string {
  const width = String(Math.max(0, worldSize - 1)).length;
  return `user_logs/std_log_process_${String(index).padStart(width, "0")}${suffix}.txt`;
}

/** Of all logs that the ranks write. */
export function logNames(ranks: readonly Rank[]): readonly string[] {
  return ranks.flatMap(({ logName, furtherLogNames = [] }) => [logName, ...furtherLogNames]);
}

interface Place {
  readonly index: number;
  readonly localRank: number;
  readonly perNode: number;
  readonly worldSize: number;
}

function nameVariables(index: number): Record<string, string> {
  return { AZUREML_PROCESS_NAME: `rank_${index}` };
}

function meetingVariables({ addresses, masterPort }: TaskGroup, place: Place): Record<string, string> {
  return {
    MASTER_ADDR: addresses[0] ?? "",
    MASTER_PORT: String(masterPort),
    WORLD_SIZE: String(place.worldSize),
    RANK: String(place.index),
    LOCAL_RANK: String(place.localRank),
    LOCAL_WORLD_SIZE: String(place.perNode),
  };
}

/** What Open MPI's launcher would set. */
function mpiVariables({ nodeRank }: TaskGroup, place: Place): Record<string, string> {
  return {
    OMPI_COMM_WORLD_RANK: String(place.index),
    OMPI_COMM_WORLD_SIZE: String(place.worldSize),
    OMPI_COMM_WORLD_LOCAL_RANK: String(place.localRank),
    OMPI_COMM_WORLD_LOCAL_SIZE: String(place.perNode),
    OMPI_COMM_WORLD_NODE_RANK: String(nodeRank),
    OMPI_UNIVERSE_SIZE: String(place.worldSize),
  };
}

function planTensorFlow(
  group: TaskGroup,
  launch: Extract<TaskGroup["launch"], { kind: "TensorFlow" }>,
): readonly Rank[] {
  const { workers, parameterServers } = launch;
  const cluster = { worker: workers, ...(parameterServers.length > 0 && { ps: parameterServers }) };
  const roles = [
    ...workers.map((_, index) => ({ type: "worker", index })),
    ...parameterServers.map((_, index) => ({ type: "ps", index })),
  ];
  return roles.flatMap((task, index) => {
    if (index % group.addresses.length !== group.nodeRank) return [];
    const isServer = task.type === "ps";
    const count = isServer ? parameterServers.length : workers.length;
    return {
      index,
      logName: logNameOf(task.index, count, isServer ? "_ps" : ""),
      variables: { ...nameVariables(index), TF_CONFIG: JSON.stringify({ cluster, task, environment: "cloud" }) },
    };
  });
}
