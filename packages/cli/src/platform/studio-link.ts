import { spawn } from "node:child_process";

import { PlatformError } from "@lazuli/contract/errors.ts";
import type { ServerFile } from "@lazuli/contract/shared/server-file.ts";
import { z } from "zod";

import { fetchOwnerToken } from "./owner-token.ts";
import { requestServer } from "./request-server.ts";

const linkSchema = z.object({ url: z.string(), expiresInSeconds: z.number() });

export interface StudioLink {
  readonly url: string;
  readonly expiresInSeconds: number;
}

/** Makes a link that signs its bearer in to Studio, once. */
export async function createStudioLink(home: string, server: ServerFile): Promise<StudioLink> {
  const { token } = await fetchOwnerToken(home, server, { resource: "https://management.azure.com" });
  const headers = { authorization: `Bearer ${token}` };
  const answer = await requestServer(server, { path: "/identity/sign-in-links", method: "POST", headers });
  if (answer.status === 200) return linkSchema.parse(JSON.parse(answer.body));
  throw new PlatformError("Unavailable", `The server gave no sign-in link (${answer.status}): ${answer.body}`);
}

/** Opens the address in the user's browser; `false` when this session has none. */
export async function openInBrowser(url: string): Promise<boolean> {
  const command = browserCommand();
  if (command === undefined) return false;
  const child = spawn(command, [url], { detached: true, stdio: "ignore" });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}

function browserCommand(): string | undefined {
  if (process.platform === "darwin") return "open";
  const hasDisplay = process.env["DISPLAY"] !== undefined || process.env["WAYLAND_DISPLAY"] !== undefined;
  return hasDisplay ? "xdg-open" : undefined;
}
