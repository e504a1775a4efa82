import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { text } from "node:stream/consumers";

import { startBlobService, TEST_ACCOUNT, TEST_TOKEN, type BlobService } from "../support/blob-service.ts";

const SILENCE_MS_MAX = 500;
const CANARY = "canary outside the store";

describe("the blob service on a bad wire", () => {
  let service: BlobService;
  const root = `/${TEST_ACCOUNT}.blob.core.lazuli`;
  const authorization = `Bearer ${TEST_TOKEN}`;

  before(async () => {
    service = await startBlobService({ bodySilenceMsMax: SILENCE_MS_MAX });
    await service.store.ensureContainer(TEST_ACCOUNT, "data");
    await writeFile(join(service.home, "canary"), CANARY);
  });
  after(() => service.close());

  function open(): Socket {
    const { hostname, port } = new URL(`http://${service.authority}`);
    return connect(Number(port), hostname);
  }

  /** Sends a head as it is and reads the whole answer. */
  async function send(head: readonly string[], body = ""): Promise<string> {
    const socket = open();
    socket.write([...head, `Host: ${service.authority}`, "Connection: close", "", ""].join("\r\n") + body);
    return text(socket);
  }

  const get = (path: string) => send([`GET ${path} HTTP/1.1`, `Authorization: ${authorization}`]);

  it("never leaves its folder, however a path is spelled", async () => {
    const ups = ["..", "%2e%2e", ".%2e", "%252e%252e", "..%00", "%c0%ae%c0%ae", "%uff0e%uff0e", "....", "..;", "。。"];
    const slashes = ["/", "%2f", "%5c", "\\", "%252f", "//", "%c0%af"];
    for (const up of ups) {
      for (const slash of slashes) {
        for (const depth of [1, 2, 3, 6]) {
          const climb = `${up}${slash}`.repeat(depth);
          for (const target of ["canary", "blobs.db", "keys/secret-box.key", "etc/passwd"]) {
            for (const start of [`${root}/data/`, `${root}/`, "/", `${root}/data/x/`]) {
              const answer = await get(encodeURI(decodeURI(encodeURI(start))) + climb + target);
              assert.match(answer, /^HTTP\/1\.1 4\d\d /);
              assert.doesNotMatch(answer, /canary outside|SQLite format|root:/);
            }
          }
        }
      }
    }
  });

  it("keeps a blob that is called like a path, and only as a blob", async () => {
    for (const name of ["%2e%2e%2f%2e%2e%2fcanary", "%2fetc%2fpasswd", "..%5c..%5ccanary"]) {
      const head = [
        `PUT ${root}/data/${name} HTTP/1.1`,
        `Authorization: ${authorization}`,
        "x-ms-blob-type: BlockBlob",
      ];
      assert.match(await send([...head, "Content-Length: 4"], "mine"), /^HTTP\/1\.1 201/);
      assert.match(await get(`${root}/data/${name}`), /\r\n\r\nmine$/);
    }
    for (const file of await service.listFiles()) assert.match(file, /^[0-9a-f]{32}$/);
  });

  it("refuses what is malformed with an error of Azure's shape", async () => {
    const auth = `Authorization: ${authorization}`;
    const block = [auth, "x-ms-blob-type: BlockBlob"];
    const answers = {
      InvalidQueryParameterValue: await get(`${root}/data?restype=container&comp=list&comp=acl`),
      OutOfRangeQueryParameterValue: await get(`${root}/data?restype=container&comp=list&maxresults=0`),
      UnsupportedQueryParameter: await get(`${root}/data/x?comp=nonsense`),
      InvalidMetadata: await send([`PUT ${root}/data/x HTTP/1.1`, ...block, "x-ms-meta-1a: x", "Content-Length: 0"]),
      InvalidMd5: await send([`PUT ${root}/data/x HTTP/1.1`, ...block, "Content-MD5: abc", "Content-Length: 0"]),
      Md5Mismatch: await send(
        [`PUT ${root}/data/x HTTP/1.1`, ...block, "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==", "Content-Length: 1"],
        "x",
      ),
      RequestBodyTooLarge: await send([`PUT ${root}/data/x HTTP/1.1`, ...block, "Content-Length: 5242880001"]),
      MissingRequiredHeader: await send([`PUT ${root}/data/x HTTP/1.1`, auth, "Content-Length: 0"]),
      InvalidXmlDocument: await send(
        [`PUT ${root}/data/x?comp=blocklist HTTP/1.1`, auth, "Content-Length: 48"],
        '<!DOCTYPE a [<!ENTITY b "c">]><BlockList>&b;</B>',
      ),
      LeaseNotPresentWithBlobOperation: await send([`DELETE ${root}/data/x HTTP/1.1`, auth, "x-ms-lease-id: x"]),
    };
    for (const [code, answer] of Object.entries(answers)) {
      assert.match(answer, new RegExp(`x-ms-error-code: ${code}\r\n`), `${code}: ${answer}`);
      assert.match(answer, new RegExp(`<Error><Code>${code}</Code><Message>`));
    }
  });

  it("lets one of two clients win who both say that nothing may exist", async () => {
    for (let round = 0; round < 20; round++) {
      const put = async (body: string) => {
        const headers = { authorization, "x-ms-blob-type": "BlockBlob", "if-none-match": "*" };
        const answer = await fetch(`${service.url}/data/race-${round}`, { method: "PUT", headers, body });
        return answer.status;
      };
      assert.deepEqual((await Promise.all([put("a"), put("b")])).toSorted(), [201, 409]);
    }
  });

  it("asks for the body of a client that waits for 100 Continue", async () => {
    const socket = open();
    const head = [`PUT ${root}/data/waits HTTP/1.1`, `Host: ${service.authority}`, `Authorization: ${authorization}`];
    socket.write(
      [...head, "x-ms-blob-type: BlockBlob", "Expect: 100-continue", "Content-Length: 4", "", ""].join("\r\n"),
    );
    const answer = await new Promise<string>((resolve) => {
      let received = "";
      socket.on("data", (piece: Buffer) => {
        received += piece.toString();
        if (received === "HTTP/1.1 100 Continue\r\n\r\n") socket.write("body");
        if (received.includes(" 201 ")) resolve(received);
      });
    });
    assert.match(answer, /HTTP\/1\.1 201 Created/);
    socket.destroy();
  });

  it("leaves nothing of an upload that breaks off", async () => {
    const before = (await service.listFiles()).length;
    for (const query of ["", "?comp=block&blockid=AAAA"]) {
      const socket = open();
      const head = [`PUT ${root}/data/broken${query} HTTP/1.1`, `Host: ${service.authority}`];
      const rest = [`Authorization: ${authorization}`, "x-ms-blob-type: BlockBlob", "Content-Length: 9000000", "", ""];
      socket.write([...head, ...rest].join("\r\n"));
      socket.write(Buffer.alloc(3_000_000));
      while ((await service.listFiles()).length === before) await new Promise(setImmediate);
      socket.destroy();
      while ((await service.listFiles()).length > before) await new Promise(setImmediate);
    }
    assert.equal(await service.store.find({ account: TEST_ACCOUNT, container: "data", name: "broken" }), undefined);
  });

  it("leaves nothing of an upload that falls silent", async () => {
    const before = (await service.listFiles()).length;
    const socket = open();
    const head = [`PUT ${root}/data/silent HTTP/1.1`, `Host: ${service.authority}`, `Authorization: ${authorization}`];
    socket.write([...head, "x-ms-blob-type: BlockBlob", "Content-Length: 900", "", "abc"].join("\r\n"));
    assert.equal(await text(socket), "");
    while ((await service.listFiles()).length > before) await new Promise(setImmediate);
    assert.equal(await service.store.find({ account: TEST_ACCOUNT, container: "data", name: "silent" }), undefined);
  });

  it("answers no other web origin's preflight", async () => {
    const head = [
      `OPTIONS ${root}/data/x HTTP/1.1`,
      "Origin: https://evil.example",
      "Access-Control-Request-Method: PUT",
    ];
    const answer = await send(head);
    assert.match(answer, /^HTTP\/1\.1 403/);
    assert.doesNotMatch(answer, /access-control-allow/i);
  });

  it("goes on after a reader that leaves in the middle", async () => {
    const address = { account: TEST_ACCOUNT, container: "data", name: "long" };
    await service.store.put(address, Buffer.alloc(64 * 1024 * 1024, "x"));
    for (let count = 0; count < 5; count++) {
      const socket = open();
      socket.write(`GET ${root}/data/long HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`);
      await new Promise((resolve) => socket.once("data", resolve));
      socket.destroy();
    }
    const answer = await fetch(`${service.url}/data/long`, { headers: { authorization, range: "bytes=-5" } });
    assert.equal(await answer.text(), "xxxxx");
  });

  it("has caused no error in its log", () => assert.deepEqual(service.errors, []));
});
