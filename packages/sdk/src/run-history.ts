import { z } from "zod";

import type { Client } from "./client.ts";
import type { Fetch } from "./transport.ts";

const detailsSchema = z.looseObject({
  runId: z.string(),
  status: z.string(),
  logFiles: z.record(z.string(), z.string()).nullish(),
  warnings: z.array(z.looseObject({ message: z.string().nullish() })).nullish(),
  error: z.unknown().optional(),
});

export type RunDetails = z.infer<typeof detailsSchema>;

const RUNNING = new Set([
  "NotStarted",
  "Queued",
  "Preparing",
  "Provisioning",
  "Starting",
  "Running",
  "Finalizing",
  "CancelRequested",
]);
const POLL_MS_MIN = 100;
const POLL_MS_MAX = 1_000;
const POLL_GROWTH = 1.3;
const STREAMED =
  /^(?:user_logs\/std_log\D*0*(?:_ps)?\.txt|logs\/azureml\/executionlogs\.txt|azureml-logs\/hyperdrive\.txt)$/;

/** State, logs and error of a run. */
export async function getRunDetails(client: Client, workspace: string, run: string): Promise<RunDetails> {
  const path = `/history/v1.0${workspace}/runs/${encodeURIComponent(run)}/details`;
  return detailsSchema.parse((await client.transport.send("GET", path, { query: { "api-version": "v1.0" } })).body);
}

export interface FollowOptions {
  readonly client: Client;
  readonly fetch: Fetch;
  /** Id of the workspace. */
  readonly workspace: string;
  readonly run: string;
  readonly onText: (file: string, text: string) => void;
  readonly onStatus?: (status: string) => void;
  readonly signal?: AbortSignal;
}

/** Hands out what the run writes to its main log until the run has ended; returns how it ended. */
export async function followRun(options: FollowOptions): Promise<RunDetails> {
  const seenBytes = new Map<string, number>();
  let delayMs = POLL_MS_MIN;
  for (;;) {
    const details = await getRunDetails(options.client, options.workspace, options.run);
    options.onStatus?.(details.status);
    let isNew = false;
    for (const [file, url] of Object.entries(details.logFiles ?? {})) {
      if (!STREAMED.test(file)) continue;
      const offset = seenBytes.get(file) ?? 0;
      const bytes = await readFrom(options.fetch, url, offset);
      if (bytes.byteLength === 0) continue;
      isNew = true;
      const complete = RUNNING.has(details.status) ? wholeLines(bytes) : bytes;
      seenBytes.set(file, offset + complete.byteLength);
      if (complete.byteLength > 0) options.onText(file, new TextDecoder().decode(complete));
    }
    if (!RUNNING.has(details.status)) return details;
    delayMs = isNew ? POLL_MS_MIN : Math.min(delayMs * POLL_GROWTH, POLL_MS_MAX);
    await options.client.transport.sleep(delayMs, options.signal);
  }
}

/** A line that is still being written may end inside a character, so it waits for the next look. */
function wholeLines(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.lastIndexOf(10) + 1);
}

async function readFrom(fetch: Fetch, url: string, offset: number): Promise<Uint8Array> {
  const response = await fetch(url, { method: "GET", headers: offset === 0 ? {} : { range: `bytes=${offset}-` } });
  if (!response.ok) {
    await response.body?.cancel();
    return new Uint8Array();
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  // A server without ranges sends the whole file again.
  return response.status === 206 || offset === 0 ? bytes : bytes.subarray(offset);
}
