import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { inspectMachine } from "./machine.ts";

describe("machine", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-machine-"));
  });
  after(() => rm(folder, { recursive: true }));

  const none = () => ({ driverFolder: join(folder, "none"), deviceFolder: join(folder, "none") });

  async function fakeTool(script: string): Promise<string> {
    await writeFile(join(folder, "nvidia-smi"), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, "nvidia-smi"), 0o755);
    return `${folder}:/usr/bin:/bin`;
  }

  it("counts the GPUs that nvidia-smi tells of", async () => {
    const searchPath = await fakeTool("printf '0\\n1\\n2\\n'");
    assert.equal((await inspectMachine({ searchPath, ...none() })).gpuCount, 3);
  });

  it("asks the driver where the tool fails, and the device files where there is no driver's list", async () => {
    const searchPath = await fakeTool("echo 'No devices were found'; exit 6");
    const driverFolder = join(folder, "gpus");
    await mkdir(join(driverFolder, "0000:01:00.0"), { recursive: true });
    assert.equal((await inspectMachine({ searchPath, driverFolder })).gpuCount, 1);
    const deviceFolder = join(folder, "dev");
    await mkdir(deviceFolder);
    for (const name of ["nvidia0", "nvidia1", "nvidiactl"]) await writeFile(join(deviceFolder, name), "");
    assert.equal((await inspectMachine({ searchPath, ...none(), deviceFolder })).gpuCount, 2);
  });

  it("has none without any of them", async () => {
    assert.equal((await inspectMachine({ searchPath: join(folder, "none"), ...none() })).gpuCount, 0);
  });
});
