import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

import { lockHome } from "./home-lock.ts";
import { writeServerFile } from "./server-file.ts";

const HOLDER = `
  const { lockHome } = await import(process.argv[1]);
  await lockHome(process.argv[2]);
  console.log("locked");
  setInterval(() => {}, 1000);
`;

describe("lockHome", () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "lazuli-home-"));
  });
  afterEach(() => rm(home, { recursive: true }));

  it("refuses a second server on the same home and says where the first is", async () => {
    const lock = await lockHome(home);
    await assert.rejects(lockHome(home), { code: "Conflict", message: /already runs on '.+'; end it with/ });
    await writeServerFile(home, {
      pid: 4711,
      version: "0.1.0",
      startedAt: 0,
      port: 8470,
      url: "https://127.0.0.1:8470",
      loopbackUrl: "http://127.0.0.1:8470",
      bundlePath: "/bundle.pem",
      defaults: { subscription: "s", resourceGroup: "g", workspace: "w" },
    });
    await assert.rejects(lockHome(home), /process 4711, at https:\/\/127\.0\.0\.1:8470/);
    lock.release();
    (await lockHome(home)).release();
  });

  it("is free again the moment its holder is killed", async () => {
    const module = new URL("./home-lock.ts", import.meta.url).href;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", HOLDER, module, home]);
    await once(holder.stdout, "data");
    await assert.rejects(lockHome(home), { code: "Conflict" });
    holder.kill("SIGKILL");
    await once(holder, "exit");
    (await lockHome(home)).release();
  });
});
