import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { BlobClient, TransferError } from "../../packages/runner/src/inputs/blob-client.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const NEVER = new AbortController().signal;
const FILE_COUNT = 30;

describe("a runner without the server's files", () => {
  let server: TestServer;
  let folder: string;
  let base: string;
  let client: BlobClient;

  before(async () => {
    server = await startTestServer();
    folder = await mkdtemp(join(tmpdir(), "lazuli-transfer-"));
    base = await containerUrl(server);
    const token = await server.tokenFor("https://storage.azure.com");
    client = new BlobClient({ serverUrl: server.file.loopbackUrl, token, ca: undefined });
  });

  after(async () => {
    await client.close();
    await rm(folder, { recursive: true });
    await server.stop();
  });

  it("uploads files and downloads their folder the same, whatever their names", async () => {
    const names = [...Array.from({ length: FILE_COUNT }, (_, index) => `deep/f${index}.bin`), "a b&c/ü#%.txt"];
    const source = join(folder, "source");
    await writeFile(source, Buffer.alloc(100_000, 7));
    const url = `${base}/transfer/`;
    const files = names.map((name) => ({
      path: source,
      url: url + name.split("/").map(encodeURIComponent).join("/"),
    }));
    await client.uploadFiles(files, NEVER);
    const target = join(folder, "target");
    assert.equal(await client.downloadFolder(url, target, NEVER), names.length);
    for (const name of names) assert.deepEqual(await readFile(join(target, name)), await readFile(source), name);
  });

  it("says what is missing", async () => {
    const missing = client.downloadFile(`${base}/none.csv`, join(folder, "x"), NEVER);
    await assert.rejects(missing, (error) => error instanceof TransferError && error.status === 404);
  });
});

/** The default container of the default workspace, by plain http on loopback. */
async function containerUrl(server: TestServer): Promise<string> {
  const { subscription, resourceGroup, workspace } = server.file.defaults;
  const provider = `providers/Microsoft.MachineLearningServices/workspaces/${workspace}`;
  const id = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/${provider}/datastores/workspaceblobstore`;
  const token = await server.tokenFor("https://management.azure.com");
  const answer = await fetch(`${server.file.loopbackUrl}${id}?api-version=2024-10-01`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await answer.text();
  const account = /"accountName":"[^"/]+\/([^"]+)"/.exec(text)?.[1];
  const container = /"containerName":"([^"]+)"/.exec(text)?.[1];
  return `${server.file.loopbackUrl}/${account}.blob.core.lazuli/${container}`;
}
