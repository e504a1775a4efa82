import { PlatformError } from "@lazuli/contract/errors.ts";

import type { Principal } from "../access/principal.ts";

/** Scope of a token that is good for one task's node protocol: `audience: "task"`, `scopes: [taskScope(id), …]`. */
export function taskScope(taskId: string): string {
  return `/tasks/${taskId.toLowerCase()}`;
}

/** Throws `Forbidden` unless the principal's token was made for this very task. */
export function checkTaskScope(principal: Principal, taskId: string): void {
  if (principal.scopes?.includes(taskScope(taskId)) === true) return;
  throw new PlatformError("Forbidden", `This token is not for task '${taskId}'.`);
}
