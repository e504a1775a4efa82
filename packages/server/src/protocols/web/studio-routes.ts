import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import type { WebDependencies } from "./web-dependencies.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/** Nothing from elsewhere, no inline scripts, no frames. Charts set styles on their tooltips' elements. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE_HEADERS = {
  "content-security-policy": POLICY,
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "x-frame-options": "DENY",
  "cache-control": "no-cache",
} as const;

/** Names of the build carry their content's hash. */
const ASSET_HEADERS = {
  "cache-control": "public, max-age=31536000, immutable",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** Addresses that the page itself tells apart; `jobs` and `runs` are what Azure's clients print for a job. */
const PAGE_PATHS = ["/", "/workspaces/*", "/jobs/*", "/runs/*"] as const;

interface StudioFile {
  readonly type: string;
  /** By content encoding; `identity` is always there. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

/** Serves Studio's build from memory, as it was compressed when it was built. */
export async function addStudioRoutes(
  app: FastifyInstance,
  deps: Pick<WebDependencies, "studioFolder">,
): Promise<void> {
  const files = await readBuild(deps.studioFolder);
  const page = files.get("index.html");
  for (const path of PAGE_PATHS) {
    app.get(path, (request, reply) => {
      reply.headers(PAGE_HEADERS);
      return page === undefined ? sendUnbuilt(reply) : sendFile(page, request, reply);
    });
  }
  for (const [name, file] of files) {
    if (name === "index.html") continue;
    app.get(`/${name}`, (request, reply) => {
      reply.headers(name.startsWith("assets/") ? ASSET_HEADERS : { "cache-control": "no-cache" });
      return sendFile(file, request, reply);
    });
  }
}

function sendFile(file: StudioFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const accepted = request.headers["accept-encoding"];
  const text = typeof accepted === "string" ? accepted : "";
  const encoding = ["br", "gzip"].find((each) => text.includes(each) && file.contents.has(each)) ?? "identity";
  reply.header("content-type", file.type).header("vary", "accept-encoding");
  if (encoding !== "identity") reply.header("content-encoding", encoding);
  return reply.send(file.contents.get(encoding));
}

function sendUnbuilt(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .type("text/html; charset=utf-8")
    .send(
      "<!doctype html><title>Lazuli</title><h1>Studio is not built yet</h1>" +
        "<p>Run <code>npm run build -w packages/studio</code>, then restart the server.</p>",
    );
}

async function readBuild(folder: string): Promise<Map<string, StudioFile>> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  const present = new Set(names.map((name) => name.split(sep).join("/")));
  const files = new Map<string, StudioFile>();
  for (const name of present) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const contents = new Map([["identity", await readFile(join(folder, name))]]);
    for (const [encoding, ending] of [
      ["br", ".br"],
      ["gzip", ".gz"],
    ] as const) {
      if (present.has(name + ending)) contents.set(encoding, await readFile(join(folder, name + ending)));
    }
    files.set(name, { type, contents });
  }
  return files;
}
