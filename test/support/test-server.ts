import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { serverFileSchema, type ServerFile } from "@lazuli/contract/shared/server-file.ts";
import { freePort } from "./free-port.ts";

const READY_MS_MAX = 60_000;
const STOP_MS_MAX = 15_000;
const POLL_MS = 25;
const MAIN = join(import.meta.dirname, "../../packages/server/src/main.ts");

export interface TestServer {
  readonly home: string;
  readonly port: number;
  readonly file: ServerFile;
  /** The owner's managed-identity secret, which `tokenFor` trades for tokens. */
  tokenFor(resource: string): Promise<string>;
  /** What `lazuli env` exports, for child processes: merge with `process.env`. */
  variables(): Promise<Record<string, string>>;
  /** Ends the process the hard way, as `kill -9` does. */
  kill(): Promise<void>;
  /** Starts it again on the same home and port. */
  start(): Promise<void>;
  /** Ends the process and removes the home. */
  stop(): Promise<void>;
}

export interface TestServerOptions {
  /** Home to use instead of a temporary one; it is kept. */
  readonly home?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** A server of its own: free port, temporary home, log in `server.log` of the home. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), "lazuli-test-")));
  const port = await freePort();
  let child = await launch(home, port, options);
  let file = await readServerFile(home);
  return {
    home,
    port,
    get file() {
      return file;
    },
    tokenFor: (resource) => fetchToken(home, file, resource),
    variables: () => exportedVariables(home, file),
    async kill() {
      await end(child, "SIGKILL");
    },
    async start() {
      child = await launch(home, port, options);
      file = await readServerFile(home);
    },
    async stop() {
      await end(child, "SIGTERM");
      if (options.home === undefined) await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

async function launch(home: string, port: number, options: TestServerOptions): Promise<ChildProcess> {
  await rm(join(home, "server.json"), { force: true });
  const child = spawn(process.execPath, [MAIN, "--home", home, "--port", String(port)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LAZULI_LOG_LEVEL: "info", ...options.variables },
  });
  const log = createWriteStream(join(home, "server.log"), { flags: "a" });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const deadline = Date.now() + READY_MS_MAX;
  while (!existsSync(join(home, "server.json"))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await delay(POLL_MS);
      throw new Error(`The test server did not start:\n${await readFile(join(home, "server.log"), "utf8")}`);
    }
    await delay(POLL_MS);
  }
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  await ended;
  clearTimeout(timer);
}

async function readServerFile(home: string): Promise<ServerFile> {
  return serverFileSchema.parse(JSON.parse(await readFile(join(home, "server.json"), "utf8")));
}

async function fetchToken(home: string, file: ServerFile, resource: string): Promise<string> {
  const variables = await exportedVariables(home, file);
  const url = `${variables["IDENTITY_ENDPOINT"] ?? ""}?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`;
  const answer = await fetch(url, { headers: { "x-identity-header": variables["IDENTITY_HEADER"] ?? "" } });
  const body: unknown = await answer.json();
  if (typeof body !== "object" || body === null || !("access_token" in body)) {
    throw new Error(`No token for '${resource}': ${JSON.stringify(body)}`);
  }
  return String(body.access_token);
}

async function exportedVariables(home: string, file: ServerFile): Promise<Record<string, string>> {
  const { exportedVariables: build } = await import("../../packages/cli/src/platform/exported-variables.ts");
  return build({ home, server: file });
}
