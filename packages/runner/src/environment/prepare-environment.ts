import type { EnvironmentSpec } from "@lazuli/contract/node/task-spec.ts";

import type { PreparedEnvironment } from "../launch/task-variables.ts";

export interface PrepareContext {
  readonly homeFolder: string;
  /** Path of the log that the build's output goes to; called when there is something to build. */
  openBuildLog(): string;
  /** Says what is being waited for. */
  note(reason: string): void;
  readonly signal: AbortSignal;
}

export async function prepareEnvironment(
  _spec: EnvironmentSpec,
  _context: PrepareContext,
): Promise<PreparedEnvironment> {
  return { folder: "/usr", paths: [], substitutions: {} };
}
