import { availableParallelism } from "node:os";

/** Tests that run at the same time; groups run one after the other. */
export interface TestGroup {
  readonly name: string;
  /** Globs from the repository's root. */
  readonly files: readonly string[];
  /** Files at a time. */
  readonly concurrency: number;
}

const CORES = Math.max(1, availableParallelism());

/**
 * Small tests share the machine; those that start servers and Python get half of it, because each keeps two cores busy;
 * faults and browsers have it for themselves, because they watch time.
 */
export const TEST_GROUPS: readonly TestGroup[] = [
  { name: "unit", files: ["packages/*/src/**/*.test.ts", "test/architecture/*.test.ts"], concurrency: CORES },
  {
    name: "conformance",
    files: ["test/conformance/**/*.test.ts", "test/python/**/*.test.ts"],
    concurrency: Math.max(1, Math.floor(CORES / 2)),
  },
  { name: "launcher", files: ["test/launcher/**/*.test.ts"], concurrency: 1 },
  { name: "faults", files: ["test/faults/**/*.test.ts"], concurrency: 1 },
  { name: "browser", files: ["test/browser/**/*.test.ts"], concurrency: 1 },
];
