import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

import {
  AnonymousCredential,
  BlobSASPermissions,
  BlobServiceClient,
  ContainerSASPermissions,
  generateAccountSASQueryParameters,
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
  type ContainerClient,
} from "@azure/storage-blob";

import { startBlobService, TEST_ACCOUNT, TEST_TOKEN, type BlobService } from "../support/blob-service.ts";

const HOUR_MS = 3_600_000;
const ODD_NAMES = [
  "a",
  "a/b",
  "..up",
  "sp ace",
  "pl+us",
  "100%",
  "ü/日本/😀",
  "q?u#e",
  "x".repeat(1020),
  "//a//",
  "t\u0001",
  " lead ",
  "a&b<c>'\"",
];

describe("the JavaScript client", () => {
  let service: BlobService;
  let container: ContainerClient;
  const noRetries = { retryOptions: { maxTries: 1 } };

  before(async () => {
    service = await startBlobService();
    const client = BlobServiceClient.fromConnectionString(service.connectionString, noRetries);
    container = client.getContainerClient("data");
    await container.create({ metadata: { Team: "red", a_1: "x", a2: "y" } });
  });
  after(() => service.close());

  const anonymous = (sas: string, name = "") =>
    new BlobServiceClient(`${service.url}?${sas}`, new AnonymousCredential(), noRetries)
      .getContainerClient("data")
      .getBlockBlobClient(name);

  it("creates, finds, lists and deletes containers", async () => {
    const client = BlobServiceClient.fromConnectionString(service.connectionString, noRetries);
    await assert.rejects(container.create(), { statusCode: 409, code: "ContainerAlreadyExists" });
    assert.equal((await container.getProperties()).metadata?.["team"], "red");
    await client.createContainer("data-2");
    const names: string[] = [];
    for await (const page of client.listContainers({ prefix: "data" }).byPage({ maxPageSize: 1 })) {
      names.push(...page.containerItems.map((item) => item.name));
    }
    assert.deepEqual(names, ["data", "data-2"]);
    await client.deleteContainer("data-2");
    assert.equal(await client.getContainerClient("data-2").exists(), false);
    await assert.rejects(client.createContainer("Bad_Name"), { statusCode: 400, code: "InvalidResourceName" });
    assert.equal((await client.getProperties()).deleteRetentionPolicy?.enabled, false);
    assert.equal((await client.getAccountInfo()).accountKind, "StorageV2");
  });

  it("uploads and downloads whole and in ranges", async () => {
    const content = randomBytes(600_000);
    const blob = container.getBlockBlobClient("bin");
    const uploaded = await blob.upload(content, content.length, {
      blobHTTPHeaders: { blobContentType: "x/y", blobCacheControl: "no-cache", blobContentDisposition: "inline" },
      metadata: { Key: "value" },
    });
    const properties = await blob.getProperties();
    assert.equal(properties.etag, uploaded.etag);
    assert.equal(properties.contentLength, content.length);
    assert.equal(properties.contentType, "x/y");
    assert.equal(properties.cacheControl, "no-cache");
    assert.deepEqual(properties.metadata, { key: "value" });
    assert.deepEqual(Buffer.from(properties.contentMD5 ?? ""), Buffer.from(uploaded.contentMD5 ?? ""));
    assert.deepEqual(await blob.downloadToBuffer(), content);
    const part = await blob.download(1_000, 300_000);
    assert.deepEqual(await buffer(part.readableStreamBody ?? Readable.from([])), content.subarray(1_000, 301_000));
    await assert.rejects(blob.download(600_000, 1), { statusCode: 416, code: "InvalidRange" });
  });

  it("uploads large bodies in blocks and reads the block list", async () => {
    const content = randomBytes(5_000_000);
    const blob = container.getBlockBlobClient("blocks");
    await blob.uploadData(content, { blockSize: 1_000_000, maxSingleShotSize: 1, concurrency: 4 });
    assert.deepEqual(await blob.downloadToBuffer(0, undefined, { blockSize: 700_000 }), content);
    const list = await blob.getBlockList("all");
    assert.deepEqual(
      list.committedBlocks?.map((block) => block.size),
      [1e6, 1e6, 1e6, 1e6, 1e6],
    );
    await blob.stageBlock("AAAA", "x", 1);
    await assert.rejects(blob.stageBlock("AAAAAAAA", "x", 1), { code: "InvalidBlobOrBlock" });
    await assert.rejects(blob.commitBlockList(["BBBB"]), { statusCode: 400, code: "InvalidBlockList" });
    await blob.commitBlockList(["AAAA"]);
    assert.equal((await blob.downloadToBuffer()).toString(), "x");
  });

  it("keeps odd names apart and lists them as they are", async () => {
    await container.getBlockBlobClient("odd/x").upload("", 0);
    for (const name of ODD_NAMES)
      await container.getBlockBlobClient(`odd/${name}`).upload(name, Buffer.byteLength(name));
    const listed: string[] = [];
    for await (const blob of container.listBlobsFlat({ prefix: "odd/" })) listed.push(blob.name);
    const expected = ["x", ...ODD_NAMES].map((name) => `odd/${name}`);
    assert.deepEqual(listed.toSorted(), expected.toSorted());
    for (const name of ODD_NAMES) {
      assert.equal((await container.getBlockBlobClient(`odd/${name}`).downloadToBuffer()).toString(), name);
    }
  });

  it("lists folders, pages and metadata", async () => {
    for (const name of ["l/1", "l/2/a", "l/2/b", "l/3"]) {
      await container.getBlockBlobClient(name).upload("", 0, { metadata: { n: name } });
    }
    const items: string[] = [];
    for await (const page of container.listBlobsByHierarchy("/", { prefix: "l/" }).byPage({ maxPageSize: 1 })) {
      items.push(...page.segment.blobItems.map((item) => item.name));
      items.push(...(page.segment.blobPrefixes ?? []).map((item) => item.name));
    }
    assert.deepEqual(items, ["l/1", "l/2/", "l/3"]);
    const { value: first } = await container.listBlobsFlat({ prefix: "l/", includeMetadata: true }).next();
    assert.deepEqual(first?.metadata, { n: "l/1" });
    assert.equal(first?.properties.contentLength, 0);
  });

  it("honours conditions", async () => {
    const blob = container.getBlockBlobClient("conditions");
    const { etag } = await blob.upload("1", 1, { conditions: { ifNoneMatch: "*" } });
    await assert.rejects(blob.upload("2", 1, { conditions: { ifNoneMatch: "*" } }), {
      statusCode: 409,
      code: "BlobAlreadyExists",
    });
    await assert.rejects(blob.upload("2", 1, { conditions: { ifMatch: '"0x1"' } }), {
      statusCode: 412,
      code: "ConditionNotMet",
    });
    await assert.rejects(blob.download(0, 1, { conditions: { ifNoneMatch: etag ?? "" } }), { statusCode: 304 });
    await blob.setMetadata({ x: "1" }, { conditions: { ifMatch: etag ?? "" } });
    await assert.rejects(blob.delete({ conditions: { ifMatch: etag ?? "" } }), { statusCode: 412 });
    await blob.delete({ conditions: { ifUnmodifiedSince: new Date(Date.now() + HOUR_MS) } });
    await assert.rejects(blob.delete(), { statusCode: 404, code: "BlobNotFound" });
    assert.equal(await blob.exists(), false);
    assert.equal(await blob.deleteIfExists().then((result) => result.succeeded), false);
  });

  it("sets properties, appends and copies", async () => {
    const log = container.getAppendBlobClient("log.txt");
    await log.create({ blobHTTPHeaders: { blobContentType: "text/plain" } });
    await log.appendBlock("one ", 4);
    const second = await log.appendBlock("two", 3, { conditions: { appendPosition: 4 } });
    assert.equal(second.blobAppendOffset, "4");
    await assert.rejects(log.appendBlock("x", 1, { conditions: { appendPosition: 4 } }), { statusCode: 412 });
    await log.setHTTPHeaders({ blobContentType: "text/x" });
    const copy = container.getBlockBlobClient("copy of log");
    const poller = await copy.beginCopyFromURL(log.url);
    assert.equal((await poller.pollUntilDone()).copyStatus, "success");
    const properties = await copy.getProperties();
    assert.deepEqual(
      [properties.contentType, properties.blobType, properties.contentLength],
      ["text/x", "AppendBlob", 7],
    );
    const source = container.getBlockBlobClient("src");
    await source.upload("content", 7);
    const sas = await source.generateSasUrl({ permissions: BlobSASPermissions.parse("r"), expiresOn: inOneHour() });
    await copy.syncUploadFromURL(sas);
    assert.equal((await copy.downloadToBuffer()).toString(), "content");
    await assert.rejects(copy.syncUploadFromURL("http://example.com/x"), { code: "CannotVerifyCopySource" });
  });

  const inOneHour = () => new Date(Date.now() + HOUR_MS);
  const credential = () => new StorageSharedKeyCredential(TEST_ACCOUNT, service.accountKey);

  it("works with SAS that it signs itself, as far as they allow", async () => {
    await container.getBlockBlobClient("s/1").upload("1", 1);
    const read = generateBlobSASQueryParameters(
      {
        containerName: "data",
        blobName: "s/1",
        permissions: BlobSASPermissions.parse("r"),
        expiresOn: inOneHour(),
        contentType: "text/forced",
      },
      credential(),
    ).toString();
    const downloaded = await anonymous(read, "s/1").download();
    assert.equal(downloaded.contentType, "text/forced");
    await assert.rejects(anonymous(read, "s/2").download(), { statusCode: 403, code: "AuthenticationFailed" });
    await assert.rejects(anonymous(read, "s/1").upload("2", 1), {
      statusCode: 403,
      code: "AuthorizationPermissionMismatch",
    });
    await assert.rejects(anonymous(read.replace("sp=r", "sp=rw"), "s/1").download(), { code: "AuthenticationFailed" });

    const create = generateBlobSASQueryParameters(
      {
        containerName: "data",
        permissions: ContainerSASPermissions.parse("cl"),
        expiresOn: inOneHour(),
        startsOn: new Date(Date.now() - HOUR_MS),
      },
      credential(),
    ).toString();
    await anonymous(create, "s/new").upload("new", 3);
    await assert.rejects(anonymous(create, "s/new").upload("again", 5), { statusCode: 409 });
    await assert.rejects(anonymous(create, "s/new").delete(), { statusCode: 403 });

    const account = generateAccountSASQueryParameters(
      {
        permissions: AccountSASPermissions.parse("rwl"),
        services: AccountSASServices.parse("b").toString(),
        resourceTypes: AccountSASResourceTypes.parse("co").toString(),
        expiresOn: inOneHour(),
      },
      credential(),
    ).toString();
    assert.equal((await anonymous(account, "s/new").downloadToBuffer()).toString(), "new");
    await assert.rejects(anonymous(account, "s/new").delete(), { statusCode: 403 });
    const client = new BlobServiceClient(`${service.url}?${account}`, new AnonymousCredential(), noRetries);
    await assert.rejects(client.listContainers().next(), { code: "AuthorizationResourceTypeMismatch" });
  });

  it("is refused with SAS that are late, early, for https or for another address", async () => {
    const sign = (extra: object) =>
      generateBlobSASQueryParameters(
        {
          containerName: "data",
          blobName: "s/1",
          permissions: BlobSASPermissions.parse("r"),
          expiresOn: inOneHour(),
          ...extra,
        },
        credential(),
      ).toString();
    const download = (extra: object) => anonymous(sign(extra), "s/1").download();
    await download({ ipRange: { start: "127.0.0.1" }, protocol: SASProtocol.HttpsAndHttp });
    await assert.rejects(download({ expiresOn: new Date(Date.now() - 1_000) }), { code: "AuthenticationFailed" });
    await assert.rejects(download({ startsOn: inOneHour() }), { code: "AuthenticationFailed" });
    await assert.rejects(download({ protocol: SASProtocol.Https }), { code: "AuthorizationProtocolMismatch" });
    await assert.rejects(download({ ipRange: { start: "10.0.0.1", end: "10.0.0.9" } }), {
      code: "AuthorizationSourceIPMismatch",
    });
  });

  it("is refused without credentials, with another key and with a bad token; a good token is let in", async () => {
    const ask = (headers: Record<string, string>) => fetch(`${service.url}/data/s/1`, { headers });
    const none = await ask({});
    assert.deepEqual([none.status, none.headers.get("x-ms-error-code")], [401, "NoAuthenticationInformation"]);
    assert.equal((await ask({ authorization: "Bearer wrong" })).status, 401);
    assert.equal((await ask({ authorization: `Bearer ${TEST_TOKEN}` })).status, 200);
    const other = new StorageSharedKeyCredential(TEST_ACCOUNT, randomBytes(64).toString("base64"));
    const stranger = new BlobServiceClient(service.url, other, noRetries);
    await assert.rejects(stranger.getContainerClient("data").getProperties(), { statusCode: 403 });
    const nobody = new BlobServiceClient(service.url.replace("lztest", "nobody"), other, noRetries);
    await assert.rejects(nobody.getContainerClient("data").getProperties(), { statusCode: 403 });
  });

  it("has caused no error in the server's log", () => assert.deepEqual(service.errors, []));
});
