import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import { startNodeServer, type NodeServer } from "../../../../../test/support/node-server.ts";

async function withServer(use: (server: NodeServer, spec: TaskSpec) => Promise<void>): Promise<void> {
  const server = await startNodeServer();
  try {
    await use(server, await server.create({ command: "true" }));
  } finally {
    await server.close();
  }
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

interface Message {
  readonly body: unknown;
  readonly token?: string;
}

async function post(server: NodeServer, path: string, message: Message): Promise<Reply> {
  const { body, token = "token-task-1" } = message;
  const answer = await fetch(`${server.url}/node/v1/tasks/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

function codeOf({ status, body }: Reply): [number, unknown] {
  return [status, typeof body === "object" && body !== null && "code" in body ? body.code : undefined];
}

describe("node protocol", () => {
  it("refuses a request without a token, and a token of another task", () =>
    withServer(async (server, { taskId }) => {
      assert.deepEqual(codeOf(await post(server, `${taskId}/heartbeat`, { body: {}, token: "" })), [
        401,
        "Unauthenticated",
      ]);
      assert.deepEqual(codeOf(await post(server, `${taskId}/heartbeat`, { body: {}, token: "token-task-2" })), [
        403,
        "Forbidden",
      ]);
      assert.deepEqual(await post(server, `${taskId}/heartbeat`, { body: {} }), {
        status: 200,
        body: { order: "continue" },
      });
    }));

  it("names what is malformed in a report", () =>
    withServer(async (server, { taskId }) => {
      const reply = await post(server, `${taskId}/report`, { body: { runnerId: "r", events: [{ sequence: "x" }] } });
      assert.deepEqual(codeOf(reply), [400, "BadRequest"]);
      assert.match(JSON.stringify(reply.body), /events\.0\.sequence/);
    }));

  it("takes log and result of a short task in one request, the same when it comes twice", () =>
    withServer(async (server, { taskId }) => {
      const report = {
        runnerId: "r",
        events: [{ sequence: 0, at: 1, phase: "running", reason: "runs" }],
        logs: [{ name: "user_logs/std_log.txt", offset: 0, content: Buffer.from("hi\n").toString("base64") }],
        result: { outcome: "completed", exitCode: 0, endedAt: 2 },
      };
      assert.deepEqual(await post(server, `${taskId}/report`, { body: report }), {
        status: 200,
        body: { order: "continue" },
      });
      assert.equal((await post(server, `${taskId}/report`, { body: report })).status, 200);
      assert.equal(await server.readLog(taskId), "hi\n");
      assert.equal((await server.tasks.find(taskId))?.result?.outcome, "completed");
    }));

  it("keeps no log of a task that it does not know", () =>
    withServer(async (server) => {
      const logs = [{ name: "user_logs/std_log.txt", offset: 0, content: "aGk=" }];
      const reply = await post(server, "task-9/report", { body: { runnerId: "r", logs }, token: "token-task-9" });
      assert.deepEqual(codeOf(reply), [404, "NotFound"]);
      assert.equal(existsSync(server.logs.path("task-9", "user_logs/std_log.txt")), false);
    }));
});

describe("adoption of a local task's files", () => {
  async function adopt(server: NodeServer, path: string, url: string): Promise<Reply> {
    return post(server, "task-1/adopt", { body: { files: [{ path, url }] } });
  }

  it("takes a file of the working folder to where the task's artifacts go", () =>
    withServer(async (server, spec) => {
      await mkdir(spec.workingFolder, { recursive: true });
      await writeFile(join(spec.workingFolder, "a.txt"), "content");
      const reply = await adopt(server, "a.txt", `${spec.artifactsUrl}outputs/a%20b.txt`);
      assert.deepEqual(reply, { status: 200, body: { adopted: 1 } });
      const blob = join(server.blobFolder, `lztest/azureml/ExperimentRun/dcid.${spec.taskId}/outputs/a b.txt`);
      assert.equal(await readFile(blob, "utf8"), "content");
    }));

  it("refuses files outside the working folder, by path or by link", () =>
    withServer(async (server, spec) => {
      await mkdir(spec.workingFolder, { recursive: true });
      await writeFile(join(server.home, "secret"), "s");
      await symlink(join(server.home, "secret"), join(spec.workingFolder, "link"));
      await symlink(server.home, join(spec.workingFolder, "folder"));
      for (const path of ["/etc/passwd", "../../secret", "link", "folder/secret", "missing"]) {
        assert.deepEqual(codeOf(await adopt(server, path, `${spec.artifactsUrl}x`)), [403, "Forbidden"]);
      }
    }));

  it("refuses targets that are not among the task's outputs", () =>
    withServer(async (server, spec) => {
      await mkdir(spec.workingFolder, { recursive: true });
      await writeFile(join(spec.workingFolder, "a.txt"), "content");
      const elsewhere = spec.artifactsUrl.replace("dcid.task-1", "dcid.task-2");
      for (const url of [elsewhere, `${server.url}/lztest.blob.core.lazuli/other/x`, "file:///tmp/x"]) {
        assert.deepEqual(codeOf(await adopt(server, "a.txt", url)), [403, "Forbidden"]);
      }
    }));
});
