import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { ArmClient, member } from "../support/arm-client.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const ENDED = ["Completed", "Failed", "Canceled"];

describe("a machine with two GPUs", () => {
  let server: TestServer;
  let client: ArmClient;
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-gpu-"));
    await writeFile(join(folder, "nvidia-smi"), "#!/bin/sh\nprintf '0\\n1\\n'\n");
    await chmod(join(folder, "nvidia-smi"), 0o755);
    server = await startTestServer({ variables: { PATH: `${folder}:${process.env["PATH"] ?? ""}` } });
    client = new ArmClient(server);
    await client.do("PUT", "environments/plain/versions/1", { properties: { image: "python:3.11" } });
    const scaleSettings = { maxNodeCount: 4 };
    await client.do("PUT", "computes/gpu", {
      location: "local",
      properties: { computeType: "AmlCompute", properties: { vmSize: "Standard_NC6s_v3", scaleSettings } },
    });
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function submit(name: string, more: object = {}): Promise<void> {
    const command = `echo "$CUDA_VISIBLE_DEVICES" > ${folder}/${name}; while [ ! -e ${folder}/go ]; do sleep 0.1; done`;
    const job = { jobType: "Command", command, environmentId: "azureml:plain:1", computeId: "gpu" };
    await client.do("PUT", `jobs/${name}`, { properties: { ...job, ...more } });
  }

  const reach = (name: string, ...wanted: string[]) =>
    client.until(`jobs/${name}`, ({ status }) => wanted.includes(String(status)));

  it("gives each job GPUs of its own, and the next one waits for them", { timeout: 120_000 }, async () => {
    for (const name of ["first", "second"]) await submit(name);
    for (const name of ["first", "second"]) await reach(name, "Running");
    await submit("third");
    await submit("none", { computeId: "serverless" });
    const waiting = await reach("third", "Queued");
    assert.equal(member(waiting, "lazuli")["reason"], "waits for a GPU (2 of 2 in use), position 1");
    await reach("none", "Running");
    const usages = await fetch(
      `${server.file.loopbackUrl}/subscriptions/s/providers/Microsoft.MachineLearningServices/locations/local/usages?api-version=2024-10-01`,
      { headers: { authorization: `Bearer ${await server.tokenFor("https://management.azure.com")}` } },
    );
    assert.match(await usages.text(), /"value":"gpus".*?"currentValue":2,"limit":2/);
    await writeFile(join(folder, "go"), "");
    const seen: string[] = [];
    for (const name of ["first", "second", "third", "none"]) {
      assert.equal((await reach(name, ...ENDED))["status"], "Completed");
      seen.push((await readFile(join(folder, name), "utf8")).trim());
    }
    assert.deepEqual(seen.slice(0, 2).toSorted(), ["0", "1"]);
    assert.ok(["0", "1"].includes(seen[2] ?? ""));
    assert.equal(seen[3], "", "a job that did not ask sees none");
  });
});
