import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { Browser, BrowserContext, Page } from "playwright-core";

import type { TestServer } from "./test-server.ts";

const CLI = new URL("../../packages/cli/src/main.ts", import.meta.url).pathname;
const COMMAND_TIMEOUT_MS = 180_000;
const WAIT_MS = 20_000;

export type Scheme = "light" | "dark";
export type Locale = "en" | "ja";

export interface StudioSession {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors that the page reported since it was last asked. */
  takeErrors(): string[];
  /** Opens a page of workspace `main`, as `jobs/iris`. */
  open(path: string): Promise<void>;
  close(): Promise<void>;
}

/** Signs in with a one-time link, as `lazuli studio` prints it. */
export async function openStudio(
  browser: Browser,
  server: TestServer,
  look: { readonly scheme?: Scheme; readonly locale?: Locale } = {},
): Promise<StudioSession> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: look.locale ?? "en",
    colorScheme: look.scheme ?? "light",
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(await createLink(server));
  return {
    page,
    context,
    takeErrors: () => errors.splice(0),
    async open(path) {
      await page.goto(`${server.file.loopbackUrl}/workspaces/main/${path}`);
    },
    close: () => context.close(),
  };
}

/** A fresh one-time link. */
export async function createLink(server: TestServer): Promise<string> {
  const link = await runCli(server, ["studio", "--no-open"]);
  return link.trim().replace(server.file.url, server.file.loopbackUrl);
}

/** Runs our own command line against the server; answers what it printed. */
export async function runCli(server: TestServer, args: readonly string[]): Promise<string> {
  const env = { ...process.env, LAZULI_HOME: server.home };
  const options = { env, timeout: COMMAND_TIMEOUT_MS };
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], options);
  return stdout;
}
