import { PlatformError } from "@lazuli/contract/errors.ts";
import { followRun, type RunDetails } from "@lazuli/sdk/run-history.ts";

import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";

/** Prints a job's log until it has ended. Throws the job's own error when it failed. */
export async function streamJob(session: Session, name: string): Promise<undefined> {
  const job = await session.client.get(`${session.workspaceId}/jobs/${name}`);
  const studio = asRecord(asRecord(job.properties?.["services"])["Studio"])["endpoint"];
  const heading = `RunId: ${name}\n${typeof studio === "string" ? `Web View: ${studio}\n` : ""}`;
  process.stdout.write(heading);
  let file = "";
  const details = await followRun({
    client: session.client,
    fetch: session.connection.fetch,
    workspace: session.workspaceId,
    run: name,
    onText(from, text) {
      if (from !== file) process.stdout.write(`\nStreaming ${from}\n${"=".repeat(10 + from.length)}\n\n`);
      file = from;
      process.stdout.write(text);
    },
  });
  process.stdout.write(`\nExecution Summary\n=================\n${heading}`);
  for (const warning of details.warnings ?? []) process.stderr.write(`WARNING: ${warning.message}\n`);
  if (details.status !== "Failed") return undefined;
  throw jobFailure(name, details);
}

function jobFailure(name: string, details: RunDetails): PlatformError {
  const error = asRecord(asRecord(details.error)["error"]);
  const message = typeof error["message"] === "string" ? error["message"] : "it gave no reason";
  const azureCode = typeof error["code"] === "string" ? error["code"] : "UserError";
  return new PlatformError("BadRequest", `Job '${name}' failed: ${message}`, { azureCode });
}
