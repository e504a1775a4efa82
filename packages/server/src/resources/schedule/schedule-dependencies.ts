import type { Access } from "../../engine/access/access.ts";
import type { AdmitRequest } from "../../engine/define-resource.ts";

export interface ScheduleDependencies {
  readonly access: Pick<Access, "assertCan">;
  /** Goes through what speaks against a job without making it. Throws what its PUT would. */
  checkJob(request: AdmitRequest<Record<string, unknown>, Record<string, unknown>>): Promise<void>;
}
