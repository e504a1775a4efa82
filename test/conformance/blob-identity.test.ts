import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";

import { renderAccountUrl } from "@lazuli/contract/shared/storage-address.ts";

import { pythonEnvironment } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = join(import.meta.dirname, "python", "blob_client", "with_identity.py");

describe("the server's own storage over https", { timeout: 300_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it("is read and written with DefaultAzureCredential, and closed to those without", async () => {
    const python = await pythonEnvironment("3.11", ["azure-storage-blob==12.31.1", "azure-identity"]);
    const variables = await server.variables();
    const account = await findAccount(variables);
    const child = spawn(python, [SCRIPT], {
      env: { ...process.env, ...variables },
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.end(JSON.stringify({ url: renderAccountUrl(`127.0.0.1:${server.port}`, account, "blob") }));
    assert.deepEqual(JSON.parse(await text(child.stdout)), {
      overwritten: false,
      same: true,
      anonymous: "NoAuthenticationInformation",
    });
  });

  /** The datastore of the default workspace says which account is behind it. */
  async function findAccount(variables: Readonly<Record<string, string>>): Promise<string> {
    const token = await server.tokenFor("https://management.azure.com");
    const subscription = variables["AZURE_SUBSCRIPTION_ID"] ?? "";
    const workspace = "resourceGroups/lazuli/providers/Microsoft.MachineLearningServices/workspaces/main";
    const path = `/subscriptions/${subscription}/${workspace}/datastores/workspaceblobstore?api-version=2024-10-01`;
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const body: { properties: { accountName: string } } = JSON.parse(await answer.text());
    return body.properties.accountName.split("/").at(-1) ?? "";
  }
});
