import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { GroupLaunch, TaskGroup } from "@lazuli/contract/node/task-group.ts";

import { groupVariables, logNameOf, planRanks } from "./plan-ranks.ts";

const HOST = "127.0.0.1";

function group(nodeRank: number, nodeCount: number, launch: GroupLaunch): TaskGroup {
  return { nodeRank, addresses: Array.from({ length: nodeCount }, () => HOST), masterPort: 20_001, launch };
}

describe("ranks of a node", () => {
  it("are numbered over all nodes for PyTorch", () => {
    const ranks = planRanks(group(1, 2, { kind: "PyTorch", processCount: 2 }));
    assert.deepEqual(
      ranks.map(({ logName }) => logName),
      ["user_logs/std_log_process_2.txt", "user_logs/std_log_process_3.txt"],
    );
    assert.deepEqual(ranks[1]?.variables, {
      AZUREML_PROCESS_NAME: "rank_3",
      MASTER_ADDR: HOST,
      MASTER_PORT: "20001",
      WORLD_SIZE: "4",
      RANK: "3",
      LOCAL_RANK: "1",
      LOCAL_WORLD_SIZE: "2",
    });
  });

  it("see what mpirun would set for MPI", () => {
    const [first] = planRanks(group(1, 3, { kind: "Mpi", processCount: 4 }));
    assert.equal(first?.variables["OMPI_COMM_WORLD_RANK"], "4");
    assert.equal(first?.variables["OMPI_COMM_WORLD_SIZE"], "12");
    assert.equal(first?.variables["OMPI_COMM_WORLD_LOCAL_SIZE"], "4");
    assert.equal(first?.logName, "user_logs/std_log_process_04.txt");
  });

  it("are workers and parameter servers for TensorFlow, each once over all nodes", () => {
    const launch = { kind: "TensorFlow", workers: ["h:1", "h:2", "h:3"], parameterServers: ["h:4"] } as const;
    const nodes = [0, 1].map((rank) =>
      planRanks(
        group(rank, 2, { ...launch, workers: [...launch.workers], parameterServers: [...launch.parameterServers] }),
      ),
    );
    const tasks = nodes.map((ranks) => ranks.map(({ variables }) => JSON.parse(variables["TF_CONFIG"] ?? "{}").task));
    assert.deepEqual(tasks, [
      [
        { type: "worker", index: 0 },
        { type: "worker", index: 2 },
      ],
      [
        { type: "worker", index: 1 },
        { type: "ps", index: 0 },
      ],
    ]);
    assert.deepEqual(JSON.parse(nodes[0]?.[0]?.variables["TF_CONFIG"] ?? "{}").cluster, {
      worker: ["h:1", "h:2", "h:3"],
      ps: ["h:4"],
    });
    assert.equal(nodes[1]?.[1]?.logName, "user_logs/std_log_process_0_ps.txt");
  });

  it("know their node and the others without any framework", () => {
    const node = group(2, 3, { kind: "Plain" });
    assert.deepEqual(planRanks(node), [
      { index: 2, logName: "user_logs/std_log_process_2.txt", variables: { AZUREML_PROCESS_NAME: "rank_2" } },
    ]);
    const { NODE_RANK, AZ_BATCH_HOST_LIST, AZ_BATCH_MASTER_NODE, AZ_BATCH_IS_CURRENT_NODE_MASTER } =
      groupVariables(node);
    assert.deepEqual(
      [NODE_RANK, AZ_BATCH_HOST_LIST, AZ_BATCH_MASTER_NODE, AZ_BATCH_IS_CURRENT_NODE_MASTER],
      ["2", `${HOST},${HOST},${HOST}`, `${HOST}:20001`, "false"],
    );
  });

  it("name their logs so that the first one's is what the Python SDK streams", () => {
    const streamed = /^user_logs\/std_log[\D]*[0]*(?:_ps)?\.txt$/;
    for (const worldSize of [1, 10, 11, 256]) {
      assert.match(logNameOf(0, worldSize), streamed);
      if (worldSize > 1) assert.doesNotMatch(logNameOf(1, worldSize), streamed);
    }
  });
});
