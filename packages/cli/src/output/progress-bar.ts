import type { UploadProgress } from "@lazuli/sdk/upload/put-files.ts";

const WIDTH = 28;
const REDRAW_MS = 60;
/** Uploads that end sooner show nothing. */
const QUIET_MS = 200;

/** A bar on the terminal for one upload; nothing where standard error is no terminal. */
export function uploadBar(name: string): UploadProgress | undefined {
  const { stderr } = process;
  if (!stderr.isTTY) return undefined;
  const startedAt = performance.now();
  let drawnAt = 0;
  let isDrawn = false;
  return (doneBytes, totalBytes) => {
    const now = performance.now();
    const isDone = doneBytes >= totalBytes;
    if (isDone && isDrawn) stderr.write("\r\u001b[K");
    if (isDone || now - startedAt < QUIET_MS || now - drawnAt < REDRAW_MS) return;
    drawnAt = now;
    isDrawn = true;
    stderr.write(`\r${renderBar(`Uploading ${name}`, doneBytes, totalBytes)}\u001b[K`);
  };
}

export function renderBar(title: string, doneBytes: number, totalBytes: number): string {
  const share = totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes);
  const filled = Math.round(share * WIDTH);
  const bar = `${"█".repeat(filled)}${"░".repeat(WIDTH - filled)}`;
  return `${title}  ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
}

export function formatBytes(sizeBytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = sizeBytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
