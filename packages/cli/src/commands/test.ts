import type { Command } from "commander";
import { fileURLToPath } from "node:url";

interface TestFlags {
  readonly group?: string;
}

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

export function register(program: Command): void {
  program
    .command("test")
    .description("Run every test of this checkout: check, conformance with the official clients, faults, browser.")
    .argument("[filter]", "Part of a path: only test files whose path holds it.")
    .option("--group <name>", "Only this group: unit, conformance, launcher, faults or browser.")
    .addHelpText("after", "\nThe last line is 'N passed, N failed'; the exit code is 0 when none failed.\n")
    .action(async (filter: string | undefined, flags: TestFlags) => {
      process.exitCode = (await runAll(filter, flags)) === 0 ? 0 : 1;
    });
}

async function runAll(filter: string | undefined, flags: TestFlags): Promise<number> {
  const { TEST_GROUPS } = await import("../testing/test-groups.ts");
  const { runTestGroup } = await import("../testing/run-tests.ts");
  const { runCheck } = await import("../testing/run-check.ts");
  const write = (line: string) => process.stdout.write(line);
  let passedCount = 0;
  let failedCount = 0;
  for (const group of TEST_GROUPS) {
    if (flags.group !== undefined && flags.group !== group.name) continue;
    // Types, lint and format belong to the whole; whoever asks for a part wants its tests alone.
    const isWhole = group.name === "unit" && flags.group === undefined && filter === undefined;
    const counts = isWhole ? await runCheck(ROOT, write) : await runTestGroup(group, { root: ROOT, filter, write });
    passedCount += counts.passedCount;
    failedCount += counts.failedCount;
  }
  write(`${passedCount} passed, ${failedCount} failed\n`);
  return failedCount;
}
