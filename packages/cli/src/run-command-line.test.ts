import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { commandNames, COMMAND_TABLE } from "./command-table.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;

describe("command line", () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "lazuli-cli-home-"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = { ...process.env, LAZULI_HOME: home, LAZULI_URL: undefined };
    return new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...args], { env, cwd: home }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      });
    });
  }

  it("shows every command in its help", async () => {
    const { code, stdout } = await run("--help");
    assert.equal(code, 0);
    for (const name of commandNames()) assert.match(stdout, new RegExp(`^  ${name} `, "m"));
  });

  it("loads every command, and each teaches with an example", async () => {
    for (const name of Object.keys(COMMAND_TABLE["As in az ml"] ?? {})) {
      const { code, stdout } = await run(name, "--help");
      assert.equal(code, 0);
      assert.match(stdout, /Commands:/);
      const create = await run(name, "create", "--help");
      assert.match(create.stdout, new RegExp(`Examples:\\n  # .*\\n  lazuli ${name} create`), name);
    }
  });

  it("answers 2 to what it does not understand, with what was probably meant", async () => {
    assert.deepEqual(await run("jbo"), {
      code: 2,
      stdout: "",
      stderr: "'jbo' is not a command; did you mean 'job'?\n",
    });
    const option = await run("job", "create", "--fille", "x");
    assert.equal(option.code, 2);
    assert.match(option.stderr, /^unknown option '--fille'\n\(Did you mean --file\?\)/);
    assert.equal((await run("job", "crate")).code, 2);
    assert.equal((await run("job", "list", "-o", "xml")).code, 2);
  });

  it("says that a command of az ml comes later", async () => {
    assert.deepEqual(await run("connection", "list"), {
      code: 2,
      stdout: "",
      stderr:
        "The commands of 'connection' come with a later release of Lazuli; 'lazuli --help' shows what is there.\n",
    });
  });

  it("answers 1 and one sentence to what fails", async () => {
    const { code, stderr } = await run("ml", "job", "list");
    assert.equal(code, 1);
    assert.equal(stderr, `No Lazuli server runs on '${home}'; start one with './lazuli up'.\n`);
  });

  it("keeps defaults, and forgets them", async () => {
    await run("configure", "--defaults", "group=research", "workspace=vision");
    assert.match((await run("configure", "-l")).stdout, /"group",\n +"value": "research"/);
    await run("configure", "-d", "group=");
    assert.doesNotMatch((await run("configure", "-l")).stdout, /research/);
    assert.equal((await run("configure", "-d", "grp=x")).code, 1);
  });

  it("lists all problems of a YAML file before it looks for a server's answer", async () => {
    const server = {
      url: "https://127.0.0.1:1",
      loopbackUrl: "http://127.0.0.1:1",
      bundlePath: "x",
      defaults: { subscription: "s", resourceGroup: "g", workspace: "w" },
    };
    await writeFile(join(home, "server.json"), JSON.stringify(server));
    await writeFile(join(home, "job.yml"), "comand: echo\nresources: {instance_count: two}\n");
    const { code, stderr } = await run("job", "validate", "-f", "job.yml");
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /^job\.yml:1:1: 'comand' is not a key of a command job; did you mean 'command'\?\njob\.yml:2:29: /,
    );
  });
});
