import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";

import { nodePackages } from "../support/node-packages.ts";
import { startTestServer } from "../support/test-server.ts";

const run = promisify(execFile);
const SCRIPT = `
import { DefaultAzureCredential } from "@azure/identity";
import machineLearning from "@azure/arm-machinelearning";
const { LAZULI_URL: endpoint, AZURE_SUBSCRIPTION_ID: subscription } = process.env;
const client = new machineLearning.AzureMachineLearningWorkspaces(new DefaultAzureCredential(), subscription, { endpoint });
const names = [];
for await (const workspace of client.workspaces.listBySubscription()) names.push(workspace.name);
console.log(JSON.stringify(names));
`;

it("@azure/identity and @azure/arm-machinelearning work with nothing but the exported variables", async (context) => {
  const folder = await nodePackages(["@azure/identity@4.14.1", "@azure/arm-machinelearning@2.1.1"]);
  await writeFile(join(folder, "list-workspaces.mjs"), SCRIPT);
  const server = await startTestServer();
  context.after(() => server.stop());
  const env = { ...process.env, ...(await server.variables()) };
  const { stdout } = await run(process.execPath, [join(folder, "list-workspaces.mjs")], { env, timeout: 60_000 });
  assert.deepEqual(JSON.parse(stdout), ["main"]);
});
