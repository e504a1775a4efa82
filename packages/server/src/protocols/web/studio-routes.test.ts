import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";

import Fastify, { type FastifyInstance } from "fastify";

import { addStudioRoutes } from "./studio-routes.ts";

describe("Studio's files", () => {
  let folder: string;
  let app: FastifyInstance;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-web-"));
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "index.html"), "<!doctype html>page");
    await writeFile(join(folder, "assets", "main-1a2b.js"), "run()");
    await writeFile(join(folder, "assets", "main-1a2b.js.gz"), gzipSync("run()"));
    app = Fastify();
    await addStudioRoutes(app, { studioFolder: folder });
  });

  after(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  it("answers every page's address with the page, never kept", async () => {
    for (const url of ["/", "/workspaces/main/jobs/x", "/jobs/x?wsid=y", "/runs/x"]) {
      const reply = await app.inject(url);
      assert.deepEqual(
        [reply.statusCode, reply.body, reply.headers["cache-control"]],
        [200, "<!doctype html>page", "no-cache"],
      );
    }
  });

  it("lets no other page frame or script it", async () => {
    const policy = String((await app.inject("/")).headers["content-security-policy"]);
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.includes(rule), rule);
    }
  });

  it("serves assets compressed where the browser reads it, to be kept for ever", async () => {
    const url = "/assets/main-1a2b.js";
    const compressed = await app.inject({ url, headers: { "accept-encoding": "gzip, br" } });
    assert.equal(compressed.headers["content-encoding"], "gzip");
    assert.match(String(compressed.headers["cache-control"]), /immutable/);
    const plain = await app.inject({ url });
    assert.deepEqual([plain.headers["content-encoding"], plain.body], [undefined, "run()"]);
  });

  it("serves nothing that the build does not have", async () => {
    for (const url of ["/assets/other.js", "/assets/../../package.json", "/assets/%2e%2e/x", "/index.html.gz"]) {
      assert.equal((await app.inject(url)).statusCode, 404, url);
    }
  });

  it("says what to do where Studio was never built", async () => {
    const bare = Fastify();
    await addStudioRoutes(bare, { studioFolder: join(folder, "absent") });
    const reply = await bare.inject("/");
    assert.equal(reply.statusCode, 503);
    assert.match(reply.body, /npm run build -w packages\/studio/);
    await bare.close();
  });
});
