import { readFileSync } from "node:fs";

import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import { BlobClient } from "./blob-client.ts";

export function openBlobClient(spec: TaskSpec, caFile: string | undefined): BlobClient {
  const ca = caFile === undefined ? undefined : readFileSync(caFile, "utf8");
  return new BlobClient({ serverUrl: spec.serverUrl, token: spec.token, ca });
}
