import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";

import { writeWorkspaceConfig } from "./workspace-config.ts";

it("writeWorkspaceConfig writes what MLClient.from_config reads", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lazuli-config-"));
  const path = await writeWorkspaceConfig(folder, { subscription: "s", resourceGroup: "g", workspace: "w" });
  assert.equal(path, join(folder, ".azureml", "config.json"));
  const config: unknown = JSON.parse(await readFile(path, "utf8"));
  assert.deepEqual(config, { subscription_id: "s", resource_group: "g", workspace_name: "w" });
  await rm(folder, { recursive: true });
});
