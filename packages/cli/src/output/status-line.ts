const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 90;
const QUIET_MS = 400;

/**
 * Shows what is waited for on one line of the terminal, and wipes it afterwards; silent elsewhere.
 *
 * @param work Is given a function that changes the detail, and one that wipes the line for good.
 */
export async function withStatusLine<T>(
  title: string,
  work: (update: (detail: string) => void, clear: () => void) => Promise<T>,
): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) return work(ignore, ignore);
  const startedAt = performance.now();
  let detail = "";
  let isDrawn = false;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs < QUIET_MS) return;
    const frame = FRAMES[Math.floor(elapsedMs / FRAME_MS) % FRAMES.length] ?? "";
    const text = `${frame} ${title}${detail === "" ? "" : `: ${detail}`} (${Math.floor(elapsedMs / 1000)} s)`;
    stderr.write(`\r${text.slice(0, (stderr.columns || 80) - 1)}\u001b[K`);
    isDrawn = true;
  }, FRAME_MS);
  const clear = () => {
    clearInterval(timer);
    if (isDrawn) stderr.write("\r\u001b[K");
    isDrawn = false;
  };
  try {
    return await work((text) => (detail = text), clear);
  } finally {
    clear();
  }
}

function ignore(): void {}
