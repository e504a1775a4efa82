import { PlatformError } from "@lazuli/contract/errors.ts";

/** Folder under which the workspace's other containers can be read, as models uploaded by other means. */
export const CONTAINERS_FOLDER = "Containers";
const PATH_CHARS_MAX = 1_000;
const DECODINGS_MAX = 10;
const URI = /^mlflow-artifacts:\/(?:\/\/)?([^/?#].*)$/;
const RUN_ROOT = /^ExperimentRun\/dcid\./;

/** A folder or file of the artifact store, as its parts; empty is the root. Never a path of this machine. */
export type ArtifactPath = readonly string[];

/**
 * Takes a path that has been decoded once. Throws `BadRequest` for one that leads elsewhere, also when somebody later
 * decodes it again: `..`, absolute paths, drives, backslashes, control characters.
 */
export function parseArtifactPath(path: string): ArtifactPath {
  if (path === "") return [];
  let decoded = path;
  for (let count = 0; count <= DECODINGS_MAX; count += 1) {
    if (!isSafe(decoded)) throw unsafe(path);
    const next = tryDecode(decoded);
    if (next === decoded) return path.split("/");
    decoded = next;
  }
  throw unsafe(path);
}

/** The path in `mlflow-artifacts:/ExperimentRun/dcid.x/model`. Throws `BadRequest` for any other URI. */
export function parseArtifactUri(uri: string): ArtifactPath {
  const path = URI.exec(uri)?.[1];
  if (path === undefined) {
    throw new PlatformError("BadRequest", `'${uri}' is not kept here: its store must be asked directly.`, {
      target: "uri",
    });
  }
  return parseArtifactPath(path.replace(/\/+$/, ""));
}

export function renderArtifactUri(path: ArtifactPath): string {
  return `mlflow-artifacts:/${path.join("/")}`;
}

/** The run that a path belongs to, and the rest below the run's root. */
export function splitRunPath(path: ArtifactPath): { readonly runId: string; readonly rest: ArtifactPath } | undefined {
  const [, folder = ""] = path;
  if (!RUN_ROOT.test(path.join("/"))) return undefined;
  return { runId: folder.slice("dcid.".length), rest: path.slice(2) };
}

function isSafe(path: string): boolean {
  if (path.length > PATH_CHARS_MAX || /[\\\p{Cc}#?]/u.test(path)) return false;
  const parts = path.split("/");
  return parts.every(
    (part, index) => part !== "" && part !== "." && part !== ".." && !(index === 0 && /^[a-z]:/i.test(part)),
  );
}

function tryDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign: there is nothing more to decode.
    return text;
  }
}

function unsafe(path: string): PlatformError {
  return new PlatformError("BadRequest", `Invalid path: ${path.slice(0, PATH_CHARS_MAX)}`, { target: "path" });
}
