const TITLE_WIDTH = 30;

/** Runs one step of the quickstart and prints it as the Python part does: mark, title, seconds, result. */
export async function step<T>(title: string, work: () => Promise<{ result: T; note: string }>): Promise<T> {
  const startedAt = performance.now();
  if (process.stdout.isTTY) process.stdout.write(`  …  ${title}\r`);
  const { result, note } = await work();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${`  ✓  ${title.padEnd(TITLE_WIDTH)}${seconds.padStart(6)} s   ${note}`.trimEnd()}\n`);
  return result;
}
