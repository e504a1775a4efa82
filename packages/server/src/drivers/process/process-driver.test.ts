import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import { openProcessBench } from "../../../../../test/support/process-bench.ts";
import { describeDriver } from "../driver-suite.ts";

const NEVER = new AbortController().signal;

describeDriver("process", openProcessBench);
describeDriver("process, reports over HTTP,", () => openProcessBench({ reportsOverHttp: true }));

describe("process driver", () => {
  it("reuses a runner for the next task", async () => {
    const bench = await openProcessBench({ warmCount: 1 });
    const runnerIds = new Set<unknown>();
    for (let index = 0; index < 5; index++) {
      const spec = await bench.create({ command: "true" });
      runnerIds.add((await bench.driver.start(spec, NEVER))["runnerId"]);
      await bench.untilEnded(spec.taskId);
    }
    assert.ok(runnerIds.size <= 2, `${runnerIds.size} runners for 5 tasks`);
    await bench.close();
  });

  it("carries out several tasks in one runner at once, each with its own end and log", async () => {
    const bench = await openProcessBench({ warmCount: 1 });
    const gate = join(bench.server.home, "gate");
    const specs = await Promise.all(
      [0, 1, 2, 3].map((code) =>
        bench.create({ command: `while ! test -e ${gate}; do sleep 0.01; done; echo ${code}; exit ${code}` }),
      ),
    );
    const handles = await Promise.all(specs.map((spec) => bench.driver.start(spec, NEVER)));
    assert.equal(new Set(handles.map((handle) => handle["runnerId"])).size, 1);
    await bench.driver.stop(handles[1] ?? {}, 1_000);
    assert.equal((await bench.untilEnded(specs[1]?.taskId ?? "")).outcome, "canceled");
    await writeFile(gate, "");
    for (const code of [0, 2, 3]) {
      const { taskId } = specs[code] ?? { taskId: "" };
      assert.equal((await bench.untilEnded(taskId)).exitCode, code);
      assert.equal(await bench.readLog(taskId), `${code}\n`);
    }
    await bench.close();
  });

  it("asks another runner when one has as many tasks as it takes", async () => {
    const bench = await openProcessBench({ warmCount: 1 });
    const specs = await Promise.all(Array.from({ length: 9 }, () => bench.create({ command: "sleep 300" })));
    const handles = await Promise.all(specs.map((spec) => bench.driver.start(spec, NEVER)));
    const counts = Map.groupBy(handles, (handle) => handle["runnerId"]);
    assert.ok(counts.size >= 3, `${counts.size} runners`);
    await Promise.all(handles.map((handle) => bench.driver.stop(handle, 0)));
    for (const { taskId } of specs) assert.equal((await bench.untilEnded(taskId)).outcome, "canceled");
    await bench.close();
  });

  it("calls all tasks of a runner that was killed lost, and no others", async () => {
    const bench = await openProcessBench({ warmCount: 1 });
    const specs = await Promise.all(Array.from({ length: 5 }, () => bench.create({ command: "sleep 300" })));
    const handles = await Promise.all(specs.map((spec) => bench.driver.start(spec, NEVER)));
    const victim = Number(handles[0]?.["pid"]);
    process.kill(victim, "SIGKILL");
    for (const handle of handles) {
      const expected = handle["pid"] === victim ? "lost" : "running";
      await bench.untilTrue(async () => (await bench.driver.inspect(handle)) === expected);
      await bench.driver.stop(handle, 0);
    }
    await bench.close();
  });

  it("gives the command its inputs, outputs and variables, and brings its files home", async () => {
    const bench = await openProcessBench();
    const data = join(bench.server.home, "iris.csv");
    await writeFile(data, "1,2\n");
    const base = `${bench.server.url}/lztest.blob.core.lazuli/azureml`;
    const spec = await bench.create({
      command:
        "cat ${{inputs.data}} > ${{outputs.copy}}/c.csv; echo ${{inputs.rate}} $GREETING > ${{outputs.one}}; " +
        "cat code.txt; mkdir -p outputs logs; cp ${AZURE_ML_INPUT_data} outputs/m.pkl; echo l > logs/l.txt; ls $[[ ${{inputs.no}}]]",
      parameters: { rate: "0.1" },
      variables: { GREETING: "hello" },
      code: { url: `${base}/code/`, localFiles: { "code.txt": data } },
      inputs: [
        {
          name: "data",
          type: "uri_file",
          mode: "ro_mount",
          isFolder: false,
          url: `${base}/in/iris.csv`,
          localFiles: { "iris.csv": data },
        },
      ],
      outputs: [
        { name: "copy", type: "uri_folder", mode: "rw_mount", url: `${base}/j/copy/` },
        { name: "one", type: "uri_file", mode: "upload", url: `${base}/j/one.txt` },
      ],
    });
    await bench.driver.start(spec, NEVER);
    const result = await bench.untilEnded(spec.taskId);
    assert.equal(result.outcome, "completed", JSON.stringify(result.error));
    assert.equal(await bench.readLog(spec.taskId), "1,2\ncode.txt\nlogs\noutputs\n");
    const blobs = join(bench.server.blobFolder, "lztest", "azureml");
    assert.equal(await readFile(join(blobs, "j/copy/c.csv"), "utf8"), "1,2\n");
    assert.equal(await readFile(join(blobs, "j/one.txt"), "utf8"), "0.1 hello\n");
    const artifacts = join(blobs, `ExperimentRun/dcid.${spec.taskId}`);
    assert.equal(await readFile(join(artifacts, "outputs/m.pkl"), "utf8"), "1,2\n");
    assert.equal(await readFile(join(artifacts, "logs/l.txt"), "utf8"), "l\n");
    await bench.close();
  });

  it("brings home what was changed in an input that may be written to, and only that", async () => {
    const bench = await openProcessBench();
    const stored = join(bench.server.home, "stored.txt");
    await writeFile(stored, "old\n");
    const url = `${bench.server.url}/lztest.blob.core.lazuli/azureml/in/`;
    const input = { name: "data", type: "uri_folder", mode: "rw_mount", isFolder: true, url } as const;
    const spec = await bench.create({
      command: "cd ${{inputs.data}}; echo new >> a.txt; echo more > c.txt; cat b.txt",
      inputs: [{ ...input, localFiles: { "a.txt": stored, "b.txt": stored } }],
    });
    await bench.driver.start(spec, NEVER);
    assert.equal((await bench.untilEnded(spec.taskId)).outcome, "completed");
    const folder = join(bench.server.blobFolder, "lztest/azureml/in");
    assert.equal(await readFile(join(folder, "a.txt"), "utf8"), "old\nnew\n");
    assert.deepEqual((await readdir(folder)).toSorted(), ["a.txt", "c.txt"]);
    assert.equal(await readFile(stored, "utf8"), "old\n");
    await bench.close();
  });

  it("removes the working folder after the end and keeps what a link in it points to", async () => {
    const bench = await openProcessBench();
    const kept = join(bench.server.home, "kept");
    await mkdir(kept);
    await writeFile(join(kept, "a"), "a");
    const spec = await bench.create({ command: `ln -s ${kept} link; true` });
    await symlink(kept, join(bench.server.home, "elsewhere"));
    await bench.driver.start(spec, NEVER);
    await bench.untilEnded(spec.taskId);
    await bench.untilTrue(() => !existsSync(spec.workingFolder));
    assert.ok((await stat(join(kept, "a"))).isFile());
    await bench.close();
  });

  it("starts a replica on a port of its own and reports the port once something listens", async () => {
    const bench = await openProcessBench();
    const command = "sleep 0.2; exec python3 -m http.server --bind 127.0.0.1 $AZUREML_INFERENCE_PORT";
    const spec = await bench.create({ kind: "replica", command });
    const handle = await bench.driver.start(spec, NEVER);
    const { port } = await bench.server.until(spec.taskId, (task) => task.port !== undefined);
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
    await bench.driver.stop(handle, 1_000);
    assert.equal((await bench.untilEnded(spec.taskId)).outcome, "canceled");
    await bench.close();
  });

  it("reports the port that a replica chose and wrote down", async () => {
    const bench = await openProcessBench();
    const program = [
      "import os, http.server as h",
      "s = h.HTTPServer(('127.0.0.1', 0), h.SimpleHTTPRequestHandler)",
      "open(os.environ['LAZULI_PORT_FILE'] + '.draft', 'w').write(str(s.server_port))",
      "os.replace(os.environ['LAZULI_PORT_FILE'] + '.draft', os.environ['LAZULI_PORT_FILE'])",
      "s.serve_forever()",
    ].join("; ");
    const spec = await bench.create({ kind: "replica", command: `exec python3 -c "${program}"` });
    const handle = await bench.driver.start(spec, NEVER);
    const { port } = await bench.server.until(spec.taskId, (task) => task.port !== undefined);
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
    await bench.driver.stop(handle, 1_000);
    await bench.untilEnded(spec.taskId);
    await bench.close();
  });

  it("says that a replica which ends by itself has failed", async () => {
    const bench = await openProcessBench();
    const spec = await bench.create({ kind: "replica", command: "echo no model; exit 0" });
    await bench.driver.start(spec, NEVER);
    const { outcome, error } = await bench.untilEnded(spec.taskId);
    assert.deepEqual([outcome, error?.logTail], ["failed", ["no model"]]);
    await bench.close();
  });

  it("fails with a sentence when the data is not there", async () => {
    const bench = await openProcessBench();
    const input = { name: "data", type: "uri_file", mode: "ro_mount", isFolder: false } as const;
    const spec = await bench.create({ command: "true", inputs: [{ ...input, url: "file:///no/such/file.csv" }] });
    await bench.driver.start(spec, NEVER);
    const { error } = await bench.untilEnded(spec.taskId);
    assert.deepEqual([error?.category, error?.code], ["data", "DataNotFound"]);
    assert.match(error?.message ?? "", /no\/such\/file\.csv/);
    await bench.close();
  });
});
