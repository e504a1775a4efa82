import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { GroupLaunch, TaskGroup } from "@lazuli/contract/node/task-group.ts";

import { openProcessBench, type ProcessBench } from "../support/process-bench.ts";

const NEVER = new AbortController().signal;

function group(launch: GroupLaunch, nodeRank = 0, nodeCount = 1): TaskGroup {
  return { nodeRank, addresses: Array.from({ length: nodeCount }, () => "127.0.0.1"), masterPort: 20_002, launch };
}

async function withBench(use: (bench: ProcessBench) => Promise<void>): Promise<void> {
  const bench = await openProcessBench();
  try {
    await use(bench);
  } finally {
    await bench.close();
  }
}

/** A program of the name in a folder of its own; answers the folder. */
async function fakeProgram(bench: ProcessBench, name: string, script: string): Promise<string> {
  const folder = join(bench.server.home, "programs");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `#!/bin/bash\n${script}\n`);
  await chmod(join(folder, name), 0o755);
  return folder;
}

describe("ranks of a task", () => {
  it("run at once, each with its variables and a log of its own", () =>
    withBench(async (bench) => {
      const spec = await bench.create({
        command: 'echo "$RANK of $WORLD_SIZE on $NODE_RANK, gpus $CUDA_VISIBLE_DEVICES, $AZUREML_PROCESS_NAME"',
        group: group({ kind: "PyTorch", processCount: 2 }, 1, 2),
        gpus: [3, 5],
      });
      await bench.driver.start(spec, NEVER);
      assert.equal((await bench.untilEnded(spec.taskId)).outcome, "completed");
      const logs = await Promise.all(
        [2, 3].map((rank) => bench.server.readLog(spec.taskId, `user_logs/std_log_process_${rank}.txt`)),
      );
      assert.deepEqual(logs, ["2 of 4 on 1, gpus 3,5, rank_2\n", "3 of 4 on 1, gpus 3,5, rank_3\n"]);
    }));

  it("end with the first of them that fails, and say which it was", () =>
    withBench(async (bench) => {
      const command = "if [ $RANK = 1 ]; then echo broken; exit 7; fi; trap '' TERM; sleep 300";
      const spec = await bench.create({ command, group: group({ kind: "PyTorch", processCount: 3 }), graceSeconds: 1 });
      await bench.driver.start(spec, NEVER);
      const result = await bench.untilEnded(spec.taskId);
      assert.equal(result.exitCode, 7);
      assert.match(result.error?.message ?? "", /^Rank 1: /);
      assert.deepEqual(result.error?.logTail, ["broken"]);
    }));

  it("all end when one of them was killed", () =>
    withBench(async (bench) => {
      const command = "echo $$; if [ $LOCAL_RANK = 1 ]; then kill -9 $$; fi; sleep 300";
      const spec = await bench.create({ command, group: group({ kind: "Mpi", processCount: 2 }), graceSeconds: 1 });
      await bench.driver.start(spec, NEVER);
      const result = await bench.untilEnded(spec.taskId);
      assert.equal(result.exitCode, 137);
      assert.match(result.error?.message ?? "", /^Rank 1: /);
    }));

  it("are stopped together, wherever they went", () =>
    withBench(async (bench) => {
      const command = "trap '' TERM; echo up; env -u LAZULI_TASK_ID sleep 300 & setsid sleep 300 & sleep 300";
      const spec = await bench.create({ command, group: group({ kind: "PyTorch", processCount: 2 }) });
      const handle = await bench.driver.start(spec, NEVER);
      const second = () => bench.server.readLog(spec.taskId, "user_logs/std_log_process_1.txt");
      await bench.untilTrue(async () => (await second()).includes("up"));
      await bench.driver.stop(handle, 300);
      assert.equal((await bench.untilEnded(spec.taskId)).outcome, "canceled");
    }));

  it("say that there is no mpirun, and start without", () =>
    withBench(async (bench) => {
      const command = "echo $OMPI_COMM_WORLD_RANK/$OMPI_COMM_WORLD_SIZE";
      const variables = { PATH: "/usr/bin:/bin" };
      const spec = await bench.create({ command, variables, group: group({ kind: "Mpi", processCount: 2 }) });
      await bench.driver.start(spec, NEVER);
      const result = await bench.untilEnded(spec.taskId);
      assert.match(result.substitutions["mpi"] ?? "", /no mpirun/);
      assert.equal(await bench.server.readLog(spec.taskId, "user_logs/std_log_process_1.txt"), "1/2\n");
    }));

  it("are left to mpirun where there is one, which starts those of all nodes from the first", () =>
    withBench(async (bench) => {
      const script =
        'if [ "$1" = --version ]; then echo "mpirun (Open MPI) 9.9"; exit; fi\n' +
        'shift 4; OMPI_COMM_WORLD_RANK=0 "$@" & OMPI_COMM_WORLD_RANK=1 "$@" & wait';
      const folder = await fakeProgram(bench, "mpirun", script);
      const variables = { PATH: `${folder}:/usr/bin:/bin` };
      const launch = { kind: "Mpi", processCount: 1 } as const;
      const specs = await Promise.all(
        [0, 1].map((rank) => bench.create({ command: "echo I am $RANK", variables, group: group(launch, rank, 2) })),
      );
      for (const spec of specs) await bench.driver.start(spec, NEVER);
      const results = await Promise.all(specs.map(({ taskId }) => bench.untilEnded(taskId)));
      assert.deepEqual(
        results.map(({ outcome }) => outcome),
        ["completed", "completed"],
      );
      assert.equal(
        results[0]?.substitutions["mpi"],
        "mpirun (Open MPI) 9.9 started all 2 processes from the first node",
      );
      const log = (rank: number) =>
        bench.server.readLog(specs[0]?.taskId ?? "", `user_logs/std_log_process_${rank}.txt`);
      assert.deepEqual([await log(0), await log(1)], ["I am 0\n", "I am 1\n"]);
    }));

  it("need the environment's own Ray", () =>
    withBench(async (bench) => {
      const launch = { kind: "Ray", port: 20_003, headArguments: "", workerArguments: "" } as const;
      const variables = { PATH: "/usr/bin:/bin" };
      const spec = await bench.create({ command: "true", variables, group: group(launch) });
      await bench.driver.start(spec, NEVER);
      const { error } = await bench.untilEnded(spec.taskId);
      assert.deepEqual([error?.category, error?.code], ["environment", "RayMissing"]);
    }));
});
