import * as z from "zod/mini";

import { parseResponse } from "./parse-response.ts";

const workspaceSchema = z.object({
  /** Full ARM id. */
  id: z.string(),
  name: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  friendlyName: z.optional(z.string()),
  /** GUID, `properties.workspaceId`. */
  guid: z.string(),
});

const sessionSchema = z.object({
  user: z.object({ id: z.string(), name: z.string() }),
  /** Bearer token for the same origin's API; kept in memory only. */
  token: z.string(),
  /** Milliseconds since 1970. */
  tokenExpiresAt: z.number(),
  /** ARM ids of registries, whose environments and models are open to all workspaces. */
  registries: z.array(z.string()),
  workspaces: z.array(workspaceSchema),
  version: z.string(),
});

export type Workspace = z.infer<typeof workspaceSchema>;
export type Session = z.infer<typeof sessionSchema>;

/** Who is signed in. Throws `Unauthenticated` when nobody is. */
export async function fetchSession(): Promise<Session> {
  const response = await fetch("/studio/api/session", { headers: { "x-lazuli-studio": "1" } });
  return parseResponse(response, sessionSchema);
}

export async function signOut(): Promise<void> {
  await fetch("/studio/api/signout", { method: "POST", headers: { "x-lazuli-studio": "1" } });
}
