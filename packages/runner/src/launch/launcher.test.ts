import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { findInterpreters, pickInterpreter } from "../environment/interpreters.ts";
import { processStartTime } from "../process-identity.ts";
import { launchProcess, type ExitStatus, type LaunchRequest } from "./launch-process.ts";
import { Launcher } from "./launcher.ts";
import { TASK_MARKER } from "./task-processes.ts";

const WAIT_MS_MAX = 20_000;
const LOOK_MS = 10;

/** What a command can see of how it was started. */
const LOOKS = [
  "exit 3",
  "kill -TERM $$",
  "kill -9 $$",
  "env",
  "grep -E '^(Sig(Blk|Ign|Cgt)|NoNewPrivs|Cpus_allowed)' /proc/self/status",
  "readlink /proc/$$/fd/0 /proc/$$/fd/1",
  "pwd; umask; nice; ulimit -a",
  "set -- $(cat /proc/$$/stat); test $1 = $5 && test $1 = $6 && echo leads its group and session",
  "echo out; echo err >&2; printf '\\377\\n'",
  "no-such-program-of-anybody",
  "./not-a-program",
];

describe("launcher", () => {
  let folder: string;
  let launcher: Launcher;
  let count = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-launcher-"));
    await writeFile(join(folder, "not-a-program"), "text");
    launcher = await openLauncher(folder);
  });
  after(async () => {
    launcher.close();
    await rm(folder, { recursive: true, force: true });
  });

  function request(command: string, logPath: string): LaunchRequest {
    const variables = { PATH: process.env["PATH"] ?? "", NAME: "Grüße 日本", [TASK_MARKER]: `task-${++count}` };
    return { taskId: variables[TASK_MARKER], command, folder, variables, logPath };
  }

  async function run(command: string, by: Launcher | undefined): Promise<{ status: ExitStatus; log: string }> {
    const logPath = join(folder, "log.txt");
    await rm(logPath, { force: true });
    const task = await launchProcess(request(command, logPath), by);
    const status = await task.exited;
    return { status, log: (await readFile(logPath, "latin1")).replaceAll(/task-\d+/g, "task") };
  }

  for (const command of LOOKS) {
    it(`starts '${command}' just as Node does`, async () => {
      assert.deepEqual(await run(command, launcher), await run(command, undefined));
    });
  }

  it("starts many at once and tells their ends apart", async () => {
    const codes = Array.from({ length: 50 }, (_, index) => index);
    const statuses = await Promise.all(
      codes.map(async (code) => {
        const task = await launchProcess(request(`sh -c 'exit ${code}'`, join(folder, `${code}.txt`)), launcher);
        return (await task.exited).exitCode;
      }),
    );
    assert.deepEqual(statuses, codes);
  });

  it("leaves what it cannot say to Node, which fails in its own words", async () => {
    const impossible = { ...request("true", join(folder, "log.txt")), folder: join(folder, "absent") };
    await assert.rejects(launchProcess(impossible, launcher), { code: "ENOENT" });
  });

  it("kills its commands when it is killed itself, and comes back", async () => {
    const fragile = await openLauncher(folder);
    const task = await launchProcess(request("echo $PPID; exec sleep 300", join(folder, "ppid.txt")), fragile);
    const pid = await untilDefined(async () => Number(await readFile(join(folder, "ppid.txt"), "utf8")) || undefined);
    process.kill(pid, "SIGKILL");
    assert.deepEqual(await task.exited, { exitCode: 137, signal: "SIGKILL" });
    assert.equal(processStartTime(task.rootPid), undefined);
    await untilDefined(async () => (fragile.isReady ? true : undefined));
    const next = await launchProcess(request("exit 5", join(folder, "next.txt")), fragile);
    assert.deepEqual(await next.exited, { exitCode: 5, signal: undefined });
    fragile.close();
  });
});

async function openLauncher(folder: string): Promise<Launcher> {
  const { PATH: path = "", PYENV_ROOT: pyenvRoot } = process.env;
  const found = await findInterpreters({ path, home: homedir(), pyenvRoot, cachePath: join(folder, "interpreters") });
  const interpreter = pickInterpreter(undefined, found);
  assert.ok(interpreter !== undefined, "a Python is needed");
  const launcher = new Launcher(interpreter.path);
  await untilDefined(async () => (launcher.isReady ? true : undefined));
  return launcher;
}

async function untilDefined<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  const deadline = Date.now() + WAIT_MS_MAX;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    assert.ok(Date.now() < deadline, "it did not come");
    await delay(LOOK_MS);
  }
}
