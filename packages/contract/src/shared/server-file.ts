import { z } from "zod";

/** What a running server leaves in `server.json` of its data directory, for the commands on the same machine. */
export const serverFileSchema = z.object({
  pid: z.number().int().positive(),
  version: z.string(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
  port: z.number().int().positive(),
  /** `https://127.0.0.1:8470`, without a final slash. */
  url: z.string(),
  /** The same over plain http, which needs no certificate: for this machine only. */
  loopbackUrl: z.string(),
  /** PEM bundle with the local authority and the system's roots. */
  bundlePath: z.string(),
  /** What the commands use where the user names nothing else. */
  defaults: z.object({ subscription: z.string(), resourceGroup: z.string(), workspace: z.string() }),
});

export type ServerFile = z.infer<typeof serverFileSchema>;
