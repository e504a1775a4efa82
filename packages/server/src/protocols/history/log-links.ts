import { PlatformError } from "@lazuli/contract/errors.ts";
import { parseResourceId, renderResourceId, rootId } from "@lazuli/contract/resource-id.ts";
import { z } from "zod";

import { readArtifact, readLiveLog, type LogContent } from "./log-content.ts";
import type { HistoryDependencies } from "./history-dependencies.ts";

/** A job runs for days and its page stays open; the address of one log gives nothing else away. */
const LIFETIME_MS = 7 * 24 * 3_600_000;
const PURPOSE = "log-link";
/** Folders of a run's artifacts that hold logs. */
const LOG_FOLDERS = ["user_logs/", "logs/", "azureml-logs/", "system_logs/"];
const LOGS_MAX = 1_000;

const linkSchema = z.object({ job: z.string(), name: z.string(), until: z.number() });

/** Addresses of a job's logs by name; each carries its own right to be read, whether the job runs or has ended. */
export async function listLogLinks(jobId: string, deps: HistoryDependencies): Promise<Record<string, string>> {
  const names = await listLogNames(jobId, deps);
  const until = deps.clock.now() + LIFETIME_MS;
  return Object.fromEntries(names.map((name) => [name, linkTo({ job: jobId, name, until }, deps)]));
}

/** What a link leads to. Throws `Forbidden` for one that is forged or too old, `NotFound` for a log that is gone. */
export async function openLogLink(link: string, deps: HistoryDependencies): Promise<LogContent> {
  const { job, name, until } = parseLink(link, deps);
  if (until < deps.clock.now())
    throw new PlatformError("Forbidden", "This log's address is too old; ask for a new one.");
  const live = await readLiveLog(job, name, deps);
  if (live !== undefined) return live;
  const artifact = await readArtifact({ workspaceId: workspaceOf(job), run: nameOf(job), path: name }, deps);
  if (artifact === undefined)
    throw new PlatformError("NotFound", `Log '${name}' of job '${nameOf(job)}' does not exist.`);
  return artifact;
}

async function listLogNames(jobId: string, deps: HistoryDependencies): Promise<readonly string[]> {
  const [tasks, folder] = await Promise.all([
    deps.tasks.listByOwner(jobId),
    deps.locator.artifacts(workspaceOf(jobId), nameOf(jobId)),
  ]);
  const live = await Promise.all(tasks.map(({ taskId }) => deps.liveLogs.list(taskId)));
  const kept = await Promise.all(
    LOG_FOLDERS.map(async (prefix) => {
      const { account, container, path } = folder;
      const page = await deps.blobs.list({ account, container, prefix: path + prefix, limit: LOGS_MAX });
      return page.blobs.map((blob) => blob.name.slice(path.length));
    }),
  );
  return [...new Set([...live.flat().map(({ name }) => name), ...kept.flat()])].sort();
}

function linkTo(link: z.infer<typeof linkSchema>, deps: HistoryDependencies): string {
  const sealed = Buffer.from(deps.secretBox.seal(JSON.stringify(link), PURPOSE)).toString("base64url");
  const shown = link.name.split("/").map(encodeURIComponent).join("/");
  return `${deps.baseUrl}/history/v1.0/logs/${sealed}/${shown}`;
}

function parseLink(link: string, deps: HistoryDependencies): z.infer<typeof linkSchema> {
  try {
    const opened = deps.secretBox.open(Buffer.from(link, "base64url").toString(), PURPOSE);
    return linkSchema.parse(JSON.parse(opened));
  } catch (error) {
    throw new PlatformError("Forbidden", "This log's address is not one that this server gave out.", { cause: error });
  }
}

function workspaceOf(jobId: string): string {
  return renderResourceId(rootId(parseResourceId(jobId)));
}

function nameOf(jobId: string): string {
  return jobId.slice(jobId.lastIndexOf("/") + 1);
}
