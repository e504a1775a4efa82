import { basename, extname } from "node:path/posix";

/** Pictures may be shown; everything else a job wrote is text at most, never a page of ours. */
const IMAGES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".bmp": "image/bmp",
};

/** Headers under which content that users wrote can be served from our own origin. */
export function contentHeaders(name: string, isDownload: boolean): Record<string, string> {
  const type = IMAGES[extname(name).toLowerCase()] ?? "text/plain; charset=utf-8";
  const headers = { "content-security-policy": "sandbox; default-src 'none'", "cache-control": "private, no-cache" };
  if (!isDownload) return { ...headers, "content-type": type };
  const file = basename(name);
  const plain = file.replace(/[^\x20-\x7e]|["\\]/g, "_");
  return {
    ...headers,
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(file)}`,
  };
}

/** One range of bytes, end excluded; `undefined` for the whole, also where the header is none that we read. */
export function parseRange(
  header: string | undefined,
  sizeBytes: number,
): { start: number; end: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? "");
  if (match === null) return undefined;
  const start = Number(match[1]);
  const last = match[2] === "" ? sizeBytes - 1 : Math.min(Number(match[2]), sizeBytes - 1);
  return start > last ? "unsatisfiable" : { start, end: last + 1 };
}
