import { text } from "node:stream/consumers";

import type { ResourceContext } from "../../../engine/define-resource.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { workspaceOf } from "../job-run.ts";
import type { Sweep } from "./sweep-memory.ts";

/** What clients of Azure stream for a sweep. */
const LOG_NAME = "azureml-logs/hyperdrive.txt";
/** The log is written whole: not more often than this, and less often the longer it is. */
const WRITE_MS_MIN = 1_000;
const BYTES_PER_MS = 200;

/** The log of one sweep. Lines since the last write may be lost with the server; the trials themselves say the same. */
export class SweepLog {
  #text: string | undefined;
  #isWritten = true;
  #writtenAt = 0;
  readonly #pending: string[] = [];

  add(context: ResourceContext, line: string): void {
    this.#pending.push(`${new Date(context.clock.now()).toISOString()} ${line}\n`);
    this.#isWritten = false;
  }

  /** Milliseconds until the log is to be written; `undefined` when there is nothing new. */
  dueInMs(now: number): number | undefined {
    if (this.#isWritten) return undefined;
    const intervalMs = Math.max(WRITE_MS_MIN, (this.#text?.length ?? 0) / BYTES_PER_MS);
    return Math.max(this.#writtenAt + intervalMs - now, 0);
  }

  /** Writes the log into the run's artifacts. */
  async write(sweep: Sweep, now: number, deps: Pick<JobDependencies, "blobs" | "locator">): Promise<void> {
    if (this.#isWritten) return;
    const folder = await deps.locator.artifacts(workspaceOf(sweep), sweep.name);
    const address = { account: folder.account, container: folder.container, name: folder.path + LOG_NAME };
    this.#text ??= (await deps.blobs.find(address)) === undefined ? "" : await text(await deps.blobs.read(address));
    this.#text += this.#pending.splice(0).join("");
    await deps.blobs.put(address, this.#text, { contentType: "text/plain; charset=utf-8" });
    this.#writtenAt = now;
    this.#isWritten = this.#pending.length === 0;
  }
}
