import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

export const DEFAULT_PORT = 8470;
const WARM_RUNNERS_DEFAULT = 2;

const logLevels = ["debug", "info", "warn", "error"] as const;

const configSchema = z.object({
  /** Data directory. */
  home: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65_535),
  /** Address to listen on: loopback unless the user opens it up. */
  host: z.string().min(1),
  /** Further names and addresses that callers use; the first one is shown in URLs. */
  publicHosts: z.array(z.string()),
  logLevel: z.enum(logLevels),
  warmRunnerCount: z.coerce.number().int().min(0).max(64),
  /** Where programs of the system are looked for. */
  searchPath: z.string(),
  /** Roots that clients of this machine trust beside the system's: they go into our bundle, which takes their place. */
  extraRootFiles: z.array(z.string()),
  /** SMTP server for notifications, with its credentials; no e-mail is sent without. */
  smtpUrl: z.url({ protocol: /^smtps?$/ }).optional(),
  /** Sender of notifications. */
  smtpFrom: z.string().min(1),
  /** Hosts that webhooks may lie on although they are this machine or link-local. */
  webhookHosts: z.array(z.string().toLowerCase()),
});

export type Config = Readonly<z.infer<typeof configSchema>>;

/** Where users set what may be wrong. */
const PLACES: Readonly<Record<string, string>> = {
  home: "'--home' or LAZULI_HOME",
  port: "'--port' or LAZULI_PORT",
  host: "'--host' or LAZULI_HOST",
  logLevel: "LAZULI_LOG_LEVEL",
  warmRunnerCount: "LAZULI_WARM_RUNNERS",
  smtpUrl: "LAZULI_SMTP_URL",
  smtpFrom: "LAZULI_SMTP_FROM",
};

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads arguments first, then variables. Throws `BadRequest` that names what is wrong. */
export function readConfig(argv: readonly string[], variables: Variables): Config {
  const { values } = parseArgs({
    args: [...argv],
    options: { home: { type: "string" }, port: { type: "string" }, host: { type: "string" } },
    strict: true,
  });
  const parsed = configSchema.safeParse({
    home: resolve(values.home ?? variables["LAZULI_HOME"] ?? join(homedir(), ".lazuli")),
    port: values.port ?? variables["LAZULI_PORT"] ?? DEFAULT_PORT,
    host: values.host ?? variables["LAZULI_HOST"] ?? "127.0.0.1",
    publicHosts: splitList(variables["LAZULI_PUBLIC_HOSTS"]),
    logLevel: variables["LAZULI_LOG_LEVEL"] ?? "info",
    warmRunnerCount: variables["LAZULI_WARM_RUNNERS"] ?? WARM_RUNNERS_DEFAULT,
    searchPath: variables["PATH"] ?? "",
    extraRootFiles: [variables["SSL_CERT_FILE"], variables["REQUESTS_CA_BUNDLE"]].flatMap(splitList),
    smtpUrl: variables["LAZULI_SMTP_URL"] === "" ? undefined : variables["LAZULI_SMTP_URL"],
    smtpFrom: variables["LAZULI_SMTP_FROM"] ?? "Lazuli <lazuli@localhost>",
    webhookHosts: splitList(variables["LAZULI_WEBHOOK_HOSTS"]),
  });
  if (parsed.success) return Object.freeze(parsed.data);
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? "");
  const place = PLACES[name] ?? `The setting '${name}'`;
  throw new PlatformError("BadRequest", `${place} is not valid: ${issue?.message ?? "unknown"}.`, { target: name });
}

function splitList(value: string | undefined): string[] {
  return (value ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
