const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 90;
const QUIET_MS = 400;

/** Shows what is waited for on one line of the terminal, and wipes it afterwards; silent elsewhere. */
export async function withStatusLine<T>(
  title: string,
  work: (update: (detail: string) => void) => Promise<T>,
): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) return work(() => undefined);
  const startedAt = performance.now();
  let detail = "";
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs < QUIET_MS) return;
    const frame = FRAMES[Math.floor(elapsedMs / FRAME_MS) % FRAMES.length] ?? "";
    const text = `${frame} ${title}${detail === "" ? "" : `: ${detail}`} (${Math.floor(elapsedMs / 1000)} s)`;
    stderr.write(`\r${text.slice(0, (stderr.columns || 80) - 1)}\u001b[K`);
  }, FRAME_MS);
  try {
    return await work((text) => (detail = text));
  } finally {
    clearInterval(timer);
    stderr.write("\r\u001b[K");
  }
}
