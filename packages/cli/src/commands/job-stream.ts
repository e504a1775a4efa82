import { PlatformError } from "@lazuli/contract/errors.ts";
import { followRun, type RunDetails } from "@lazuli/sdk/run-history.ts";

import { withStatusLine } from "../output/status-line.ts";
import { renderTable } from "../output/render-table.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";
import { render } from "./entity-actions.ts";
import { durationText } from "./job-row.ts";

/** Jobs whose work is other jobs'. */
const PARENT_TYPES = new Set(["Pipeline", "Sweep"]);
const CHILDREN_MAX = 200;

/** Prints a job's log until it has ended. Throws the job's own error when it failed. */
export async function streamJob(session: Session, name: string): Promise<undefined> {
  const id = `${session.workspaceId}/jobs/${name}`;
  const job = await session.client.get(id);
  const studio = asRecord(asRecord(job.properties?.["services"])["Studio"])["endpoint"];
  const heading = `RunId: ${name}\n${typeof studio === "string" ? `Web View: ${studio}\n` : ""}`;
  process.stdout.write(heading);
  const details = await followWithReasons(session, name, id);
  process.stdout.write(`\nExecution Summary\n=================\n${heading}`);
  await printNotes(session, id);
  if (PARENT_TYPES.has(String(job.properties?.["jobType"]))) await printChildren(session, name);
  for (const warning of details.warnings ?? []) process.stderr.write(`WARNING: ${warning.message}\n`);
  if (details.status !== "Failed") return undefined;
  throw jobFailure(name, details);
}

/** While nothing is logged yet, a terminal shows what the job waits for or is being prepared with. */
async function followWithReasons(session: Session, name: string, id: string): Promise<RunDetails> {
  let file = "";
  const follow = (onStatus: (status: string) => void, onFirstText: () => void) =>
    followRun({
      client: session.client,
      fetch: session.connection.fetch,
      workspace: session.workspaceId,
      run: name,
      onStatus,
      onText(from, text) {
        if (file === "") onFirstText();
        if (from !== file) process.stdout.write(`\nStreaming ${from}\n${"=".repeat(10 + from.length)}\n\n`);
        file = from;
        process.stdout.write(text);
      },
    });
  return withStatusLine(`Job '${name}'`, (update, clear) => {
    const showReason = async (status: string) => {
      const reason = asRecord((await session.client.get(id)).properties?.["lazuli"])["reason"];
      update(typeof reason === "string" ? `${status}, ${reason}` : status);
    };
    const isShown = process.stderr.isTTY;
    return follow((status) => {
      // A reason that cannot be read is no reason to stop following.
      if (isShown && file === "") showReason(status).catch(() => update(status));
    }, clear);
  });
}

/** What ran in place of what the job asked for, so that nobody is misled by the name of an image. */
async function printNotes(session: Session, id: string): Promise<void> {
  const substitutions = asRecord(asRecord((await session.client.get(id)).properties?.["lazuli"])["substitutions"]);
  for (const [what, text] of Object.entries(substitutions)) process.stderr.write(`Note (${what}): ${String(text)}\n`);
}

/** Steps or trials in the order in which they began, each with how it ended and how long it took. */
async function printChildren(session: Session, name: string): Promise<void> {
  const query = { parentJobName: name, listViewType: "All" };
  const children: Record<string, unknown>[] = [];
  const collection = `${session.workspaceId}/jobs`;
  for await (const child of session.client.list(collection, { query, itemCountMax: CHILDREN_MAX + 1 })) {
    const shown = render("job", child);
    const isReused = asRecord(shown["properties"])["azureml.isreused"] === "true";
    const status = isReused ? `${String(shown["status"])} (reused)` : shown["status"];
    const duration = durationText(shown["started_at"], shown["ended_at"]);
    children.push({ step: shown["display_name"], status, duration, name: child.name });
  }
  const isCut = children.length > CHILDREN_MAX;
  process.stdout.write(`\n${renderTable(children.slice(0, CHILDREN_MAX).toReversed(), undefined)}`);
  if (isCut)
    process.stdout.write(`These are the last ${CHILDREN_MAX}; all: lazuli job list -p ${name} --all-results\n`);
}

function jobFailure(name: string, details: RunDetails): PlatformError {
  const error = asRecord(asRecord(details.error)["error"]);
  const message = typeof error["message"] === "string" ? error["message"] : "it gave no reason";
  const azureCode = typeof error["code"] === "string" ? error["code"] : "UserError";
  return new PlatformError("BadRequest", `Job '${name}' failed: ${message}`, { azureCode });
}
