import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { runCli, runCliJson } from "../support/run-cli.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const EXAMPLE = new URL("../../examples/quickstart", import.meta.url).pathname;
const STEP_MS_MAX = 10 * 60_000;

/** Two clouds of points: enough for a model that must get both right. */
function renderTable(): string {
  const rows = Array.from({ length: 80 }, (_, row) => {
    const side = row % 2;
    return [side * 4 + (row % 7) / 7, side * 3 + (row % 5) / 5, side].join(",");
  });
  return `width,height,cultivar\n${rows.join("\n")}\n`;
}

describe("the whole way from Azure ML YAML through the CLI", { timeout: STEP_MS_MAX }, () => {
  let server: TestServer;
  let folder: string;
  let job = "";
  const run = (...args: string[]) => runCli(args, { home: server.home, folder });
  const json = (...args: string[]) => runCliJson(args, { home: server.home, folder });

  before(async () => {
    [server, folder] = await Promise.all([startTestServer(), mkdtemp(join(tmpdir(), "lazuli-cli-"))]);
    await cp(EXAMPLE, join(folder, "example"), { recursive: true });
    await writeFile(join(folder, "table.csv"), renderTable());
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("makes a workspace that becomes the default, and a compute in it", async () => {
    await writeFile(join(folder, "workspace.yml"), "name: vision\ndisplay_name: Vision\ntags: {team: a}\n");
    assert.equal(
      await json("workspace", "create", "-f", "workspace.yml", "--query", "provisioning_state"),
      "Succeeded",
    );
    assert.equal((await run("configure", "--defaults", "workspace=vision")).exitCode, 0);
    const compute = await json(
      "compute",
      "create",
      "-n",
      "cpu-cluster",
      "-t",
      "AmlCompute",
      "--max-instances",
      "2",
      "--query",
      "[name, type, max_instances]",
    );
    assert.deepEqual(compute, ["cpu-cluster", "amlcompute", 2]);
    assert.equal(
      await json("compute", "update", "-n", "cpu-cluster", "--max-instances", "3", "--query", "max_instances"),
      3,
    );
  });

  it("uploads data once, and numbers its versions", async () => {
    const create = () =>
      json("data", "create", "-n", "wine", "-t", "uri_file", "-p", "table.csv", "--query", "[version, path]");
    const [first, second] = [await create(), await create()];
    assert.ok(Array.isArray(first) && Array.isArray(second));
    assert.deepEqual([first[0], second[0]], ["1", "2"]);
    assert.equal(first[1], second[1], "the same content lies in the same place");
  });

  it("submits a job and shows its log until it has ended", async () => {
    const { exitCode, stdout, stderr } = await run(
      "job",
      "create",
      "-f",
      "example/job.yml",
      "--stream",
      "--set",
      "tags.from=cli",
      "--query",
      "status",
      "-o",
      "tsv",
    );
    assert.equal(exitCode, 0, stderr + stdout);
    assert.match(
      stdout,
      /Streaming user_logs\/std_log\.txt[\s\S]*training on 60 wines[\s\S]*accuracy on 20[\s\S]*Execution Summary/,
    );
    assert.match(stdout, /Completed\n$/);
    const listed = await json("ml", "job", "list", "--query", "[0].{name: name, tags: tags, code: code}");
    assert.ok(typeof listed === "object" && listed !== null && "name" in listed && "tags" in listed);
    assert.deepEqual(listed.tags, { from: "cli" });
    job = String(listed.name);
  });

  it("downloads what the job wrote", async () => {
    await json("job", "download", "-n", job, "-p", "results");
    assert.match(await readFile(join(folder, "results/artifacts/user_logs/std_log.txt"), "utf8"), /accuracy on 20/);
    assert.match(await readFile(join(folder, "results/artifacts/model/MLmodel"), "utf8"), /sklearn/);
  });

  it("registers the model from the job's output", async () => {
    const path = `azureml://jobs/${job}/outputs/artifacts/paths/model/`;
    assert.equal(
      await json("model", "create", "-n", "wine", "-t", "mlflow_model", "-p", path, "--query", "version"),
      "1",
    );
    assert.equal(await json("model", "show", "-n", "wine", "--label", "latest", "--query", "path"), path);
    await json("model", "update", "-n", "wine", "-v", "1", "--set", "tags.stage=prod", "description=Checked");
    const changed = await json("model", "show", "-n", "wine", "-v", "1", "--query", "[tags.stage, description, type]");
    assert.deepEqual(changed, ["prod", "Checked", "mlflow_model"]);
  });

  it("deploys twice and splits the traffic", async () => {
    await json("online-endpoint", "create", "-f", "example/endpoint.yml");
    await json("online-deployment", "create", "-f", "example/deployment.yml", "--all-traffic");
    const green = [
      "name: green",
      "endpoint_name: wine",
      "model: azureml:wine:1",
      "instance_type: Standard_DS3_v2",
      "instance_count: 1",
    ];
    await writeFile(join(folder, "green.yml"), green.join("\n"));
    await json("online-deployment", "create", "-f", "green.yml");
    const traffic = await json(
      "online-endpoint",
      "update",
      "-n",
      "wine",
      "--traffic",
      "blue=90 green=10",
      "--query",
      "traffic",
    );
    assert.deepEqual(traffic, { blue: 90, green: 10 });
  });

  it("scores with both deployments", async () => {
    await writeFile(
      join(folder, "blue.json"),
      JSON.stringify({
        data: [
          [0.1, 0.1],
          [4.5, 3.5],
        ],
      }),
    );
    const frame = { columns: ["width", "height"], data: [[4.5, 3.5]] };
    await writeFile(join(folder, "green.json"), JSON.stringify({ input_data: frame }));
    const invoke = (name: string) => json("online-endpoint", "invoke", "-n", "wine", "-d", name, "-r", `${name}.json`);
    assert.deepEqual(JSON.parse(String(await invoke("blue"))), [0, 1]);
    assert.deepEqual(JSON.parse(String(await invoke("green"))), [1]);
    const wrong = await run("online-endpoint", "invoke", "-n", "wine", "-d", "green", "-r", "blue.json");
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stderr, /^Endpoint 'wine' answered 424 \(deployment 'green'\): /);
  });

  it("shows logs and keys, replaces a key, and deletes", async () => {
    assert.match((await run("online-deployment", "get-logs", "-n", "blue", "-e", "wine")).stdout, /POST \/score 200/);
    const before = await json("online-endpoint", "get-credentials", "-n", "wine", "--query", "primaryKey");
    const changed = await json("online-endpoint", "regenerate-keys", "-n", "wine", "--query", "primaryKey");
    assert.notEqual(before, changed);
    assert.equal((await run("online-endpoint", "delete", "-n", "wine", "--yes")).exitCode, 0);
    const gone = await run("online-endpoint", "show", "-n", "wine");
    assert.equal(gone.exitCode, 1);
    assert.match(gone.stderr, /'wine' does not exist/);
  });

  it("runs a script of az commands through the stand-in", async () => {
    const az = (...args: string[]) => runCli(args, { home: server.home, folder, program: "az" });
    assert.equal((await az("group", "create", "-n", "research", "-l", "eastus", "-o", "none")).exitCode, 0);
    assert.match((await az("account", "show", "--query", "id", "-o", "tsv")).stdout, /^[0-9a-f-]{36}\n$/);
    const listed = await az("ml", "job", "list", "-o", "table");
    assert.match(listed.stdout, /^Name +Status .*\n-+ .*\n.*Completed/);
    const wrong = await az("ml", "job", "create", "-f", "nothing.yml");
    assert.deepEqual(
      [wrong.exitCode, wrong.stderr],
      [1, "ERROR: The file 'nothing.yml' cannot be read: there is no such file.\n"],
    );
  });
});
