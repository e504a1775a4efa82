import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, open, readFile, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { ServerFile } from "@lazuli/contract/shared/server-file.ts";

import { ensureHome, serverLogPath } from "./home.ts";
import { findRunningServer, isAnswering, readServerFile } from "./running-server.ts";

const READY_POLL_MS = 15;
/** A home with many jobs is ready in a second; a first start on a slow disk may take longer. */
const READY_TIMEOUT_MS = 90_000;
const LOG_BYTES_MAX = 64 * 1024 * 1024;
const LOG_TAIL_LINES = 15;
/**
 * The server keeps little that is young for long: a small nursery holds its idle memory a fifth lower, and makes each
 * collection of it too short to be felt.
 */
const NODE_FLAGS = ["--max-semi-space-size=2"];
const SERVER_MAIN = fileURLToPath(new URL("../../../server/src/main.ts", import.meta.url));
const START_FAILURE = "Lazuli could not start: ";

export interface StartOptions {
  readonly home: string;
  /** What `--port` and `--host` said; the server has its own defaults. */
  readonly port: number | undefined;
  readonly host: string | undefined;
}

export interface StartedServer {
  readonly server: ServerFile;
  readonly wasRunning: boolean;
}

/** Starts a server that outlives this command, and waits until it answers. One that runs already is answered as it is. */
export async function startServer(options: StartOptions): Promise<StartedServer> {
  const running = await findRunningServer(options.home);
  if (running !== undefined) return { server: assertSamePort(running, options), wasRunning: true };
  await ensureHome(options.home);
  const logPath = serverLogPath(options.home);
  await rotateLog(logPath);
  const logStart = await sizeOf(logPath);
  const log = await open(logPath, "a", 0o600);
  const child = spawn(process.execPath, serverArguments(options), {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    cwd: options.home,
  });
  await log.close();
  child.unref();
  return { server: await waitUntilReady(child, options.home, logStart), wasRunning: false };
}

/** Runs the server in this terminal until it ends; answers its exit code. */
export async function runServer(options: StartOptions): Promise<number> {
  await ensureHome(options.home);
  const child = spawn(process.execPath, serverArguments(options), { stdio: "inherit" });
  // The terminal sends its signals to both; this process ends when the server has.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

function serverArguments(options: StartOptions): string[] {
  const port = options.port === undefined ? [] : ["--port", String(options.port)];
  const host = options.host === undefined ? [] : ["--host", options.host];
  return [...NODE_FLAGS, SERVER_MAIN, "--home", options.home, ...port, ...host];
}

function assertSamePort(server: ServerFile, options: StartOptions): ServerFile {
  if (options.port === undefined || options.port === server.port) return server;
  throw new PlatformError(
    "Conflict",
    `A server runs on '${options.home}' already, at port ${server.port}; end it with './lazuli down' first.`,
  );
}

async function waitUntilReady(child: ChildProcess, home: string, logStart: number): Promise<ServerFile> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw await describeFailure(home, logStart);
    const server = await readServerFile(home);
    if (server !== undefined && server.pid === child.pid && (await isAnswering(server))) return server;
    await delay(READY_POLL_MS);
  }
  throw new PlatformError(
    "Timeout",
    `The server is not ready after ${READY_TIMEOUT_MS / 1000} s; its log '${serverLogPath(home)}' says how far it came.`,
  );
}

/** The server's own sentence where it wrote one, else the end of its log. */
async function describeFailure(home: string, logStart: number): Promise<PlatformError> {
  const path = serverLogPath(home);
  const bytes = await readFile(path);
  const lines = bytes.subarray(logStart).toString().trimEnd().split("\n");
  const sentence = lines.findLast((line) => line.startsWith(START_FAILURE))?.slice(START_FAILURE.length);
  if (sentence !== undefined) return new PlatformError("Unavailable", sentence);
  const tail = lines.slice(-LOG_TAIL_LINES).join("\n");
  return new PlatformError("Internal", `The server ended before it was ready; the end of '${path}' is:\n${tail}`);
}

/** Keeps one older log, so that a server that is restarted for years does not fill the disk with its log. */
async function rotateLog(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if ((await sizeOf(path)) > LOG_BYTES_MAX) await rename(path, `${path}.1`);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
