import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import * as z from "zod/mini";

import { useApi, useWorkspace } from "./workspace-context.tsx";

/** Text kept of one log; older text is dropped from the view, never from the file. */
export const LOG_TEXT_MAX = 8 * 1024 * 1024;
const FLUSH_MS = 80;

const chunkSchema = z.object({ text: z.string() });
const logFilesSchema = z.object({ files: z.array(z.object({ name: z.string(), sizeBytes: z.number() })) });

export interface LiveLog {
  readonly text: string;
  /** `true` once the file is complete. */
  readonly isEnded: boolean;
  readonly isTruncated: boolean;
  readonly isFailed: boolean;
}

const EMPTY: LiveLog = { text: "", isEnded: false, isTruncated: false, isFailed: false };

/** Follows a job's log file while it grows. Text is handed on in batches, so that a fast log costs few renders. */
export function useLiveLog(jobName: string, file: string): LiveLog {
  const workspace = useWorkspace();
  const [log, setLog] = useState(EMPTY);
  useEffect(() => {
    setLog(EMPTY);
    return followLog({ workspaceId: workspace.id, jobName, file }, (change) => setLog(change));
  }, [workspace.id, jobName, file]);
  return log;
}

interface LogAddress {
  readonly workspaceId: string;
  readonly jobName: string;
  readonly file: string;
}

function followLog(address: LogAddress, change: (update: (log: LiveLog) => LiveLog) => void): () => void {
  const source = new EventSource(logUrl(address));
  let pending = "";
  const flush = (): void => {
    if (pending === "") return;
    const added = pending;
    pending = "";
    change((log) => appendText(log, added));
  };
  const timer = setInterval(flush, FLUSH_MS);
  const close = (): void => {
    clearInterval(timer);
    source.close();
  };
  source.addEventListener("chunk", (event) => {
    pending += chunkSchema.parse(JSON.parse(event.data)).text;
  });
  source.addEventListener("end", () => {
    flush();
    close();
    change((log) => ({ ...log, isEnded: true }));
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) change((log) => ({ ...log, isFailed: true }));
  });
  return close;
}

function appendText(log: LiveLog, added: string): LiveLog {
  const text = log.text + added;
  if (text.length <= LOG_TEXT_MAX) return { ...log, text, isFailed: false };
  const cut = text.indexOf("\n", text.length - LOG_TEXT_MAX / 2) + 1;
  return { ...log, text: text.slice(cut), isTruncated: true, isFailed: false };
}

function logUrl({ workspaceId, jobName, file }: LogAddress): string {
  const search = new URLSearchParams({ workspace: workspaceId });
  const path = file.split("/").map(encodeURIComponent).join("/");
  return `/studio/api/jobs/${encodeURIComponent(jobName)}/logs/${path}?${search}`;
}

/** Names of the job's log files, live or stored. */
export function useLogFiles(jobName: string, refetchMs: number | false) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["log-files", workspace.id, jobName],
    queryFn: async ({ signal }) => {
      const search = new URLSearchParams({ workspace: workspace.id });
      const path = `/studio/api/jobs/${encodeURIComponent(jobName)}/logs?${search}`;
      return (await api.json(path, logFilesSchema, { signal })).files;
    },
    refetchInterval: refetchMs,
  });
}
