import { PlatformError } from "@lazuli/contract/errors.ts";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** What a running server left in `server.json`, as far as the CLI needs it; kept free of zod, which costs start time. */
export interface ServerPlace {
  readonly url: string;
  readonly loopbackUrl: string;
  readonly bundlePath: string;
  readonly defaults: { readonly subscription: string; readonly resourceGroup: string; readonly workspace: string };
}

/** How to reach the platform, and as whom. */
export interface Connection {
  /** What users and scripts see, as `https://127.0.0.1:8470`. */
  readonly url: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** A token for the platform, or for another audience; asked for once a process. */
  getToken(signal?: AbortSignal, audience?: string): Promise<string>;
  readonly defaults: Partial<ServerPlace["defaults"]>;
}

const AUDIENCE = "https://management.azure.com";
const IDENTITY_PATH = "/identity/token";

export function homeFolder(): string {
  return resolve(process.env["LAZULI_HOME"] ?? join(homedir(), ".lazuli"));
}

/**
 * Uses what `lazuli env` put into the environment, else the server of this machine's data directory.
 *
 * Throws `Unavailable` when there is neither.
 */
export async function connect(): Promise<Connection> {
  const { LAZULI_URL: url, LAZULI_TOKEN: token, IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: secret } = process.env;
  if (url !== undefined && token !== undefined) return remote(url, async () => token);
  if (url !== undefined && endpoint !== undefined && secret !== undefined) {
    const local = findServer(homeFolder());
    if (local?.url !== url) return remote(url, askForToken({ fetch: trustingFetch(), endpoint, secret: () => secret }));
  }
  return here();
}

/** The server of this machine: plain http on the loopback, where encryption would only cost time. */
function here(): Connection {
  const home = homeFolder();
  const server = findServer(home);
  if (server === undefined) {
    throw new PlatformError("Unavailable", `No Lazuli server runs on '${home}'; start one with './lazuli up'.`);
  }
  const fetchHere = (url: string, init: RequestInit) => {
    const isOurs = url.startsWith(`${server.url}/`);
    return globalThis.fetch(isOurs ? `${server.loopbackUrl}${url.slice(server.url.length)}` : url, init);
  };
  const endpoint = `${server.url}${IDENTITY_PATH}`;
  return {
    url: server.url,
    fetch: fetchHere,
    getToken: askForToken({ fetch: fetchHere, endpoint, secret: () => readOwnerSecret(home) }),
    defaults: server.defaults,
  };
}

function remote(url: string, getToken: Connection["getToken"]): Connection {
  return { url: url.replace(/\/$/, ""), fetch: trustingFetch(), getToken, defaults: {} };
}

/** A fetch that also trusts the authority that `lazuli env` names. */
function trustingFetch(): Connection["fetch"] {
  const file = process.env["SSL_CERT_FILE"] ?? process.env["REQUESTS_CA_BUNDLE"];
  if (file === undefined) return (url, init) => globalThis.fetch(url, init);
  const trusted = import("node:tls").then(({ getCACertificates, setDefaultCACertificates }) => {
    setDefaultCACertificates([...getCACertificates("default"), readFileSync(file, "utf8")]);
  });
  return async (url, init) => {
    await trusted;
    return globalThis.fetch(url, init);
  };
}

/** Trades the identity's secret for a token, once a process and audience. */
function askForToken(source: {
  fetch: Connection["fetch"];
  endpoint: string;
  secret: () => string;
}): Connection["getToken"] {
  const asked = new Map<string, Promise<string>>();
  const ask = async (audience: string) => {
    const query = new URLSearchParams({ resource: audience, "api-version": "2019-08-01" });
    const response = await source
      .fetch(`${source.endpoint}?${query.toString()}`, { headers: { "x-identity-header": source.secret() } })
      .catch((error: unknown) => {
        const where = new URL(source.endpoint).origin;
        throw new PlatformError("Unavailable", `No Lazuli server answers at ${where}; start it with './lazuli up'.`, {
          cause: error,
        });
      });
    const body: unknown = await response.json().catch(() => undefined);
    if (typeof body === "object" && body !== null && "access_token" in body && typeof body.access_token === "string") {
      return body.access_token;
    }
    throw new PlatformError(
      "Unauthenticated",
      `The platform gave no token (${response.status}); run 'eval "$(./lazuli env)"' again.`,
    );
  };
  return (_signal, audience = AUDIENCE) => {
    const token = asked.get(audience) ?? ask(audience);
    asked.set(audience, token);
    return token;
  };
}

export function findServer(home: string): ServerPlace | undefined {
  const found = readJson(join(home, "server.json"));
  const { url, loopbackUrl, bundlePath, defaults } = found ?? {};
  if (typeof url !== "string" || typeof loopbackUrl !== "string" || typeof bundlePath !== "string") return undefined;
  const { subscription, resourceGroup, workspace } = asRecord(defaults);
  return {
    url,
    loopbackUrl,
    bundlePath,
    defaults: {
      subscription: String(subscription),
      resourceGroup: String(resourceGroup),
      workspace: String(workspace),
    },
  };
}

function readOwnerSecret(home: string): string {
  const secret = readJson(join(home, "keys", "owner.json"))?.["secret"];
  if (typeof secret === "string") return secret;
  throw new PlatformError(
    "Forbidden",
    `'${home}' belongs to another user; ask its owner for a token and set LAZULI_TOKEN.`,
  );
}

/** A JSON object in a file; `undefined` when it is absent or damaged. */
export function readJson(path: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return asRecord(value);
  } catch {
    // Absent, unreadable and damaged all mean the same here: nothing to take from it.
    return undefined;
  }
}

export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}
