import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import * as z from "zod/mini";

const changeSchema = z.object({ id: z.string(), type: z.string(), action: z.string() });

/** Which lists a change of a resource makes stale; the first part of a query key. */
const STALE_BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  "workspaces/jobs": ["jobs", "job"],
  "workspaces/models": ["models"],
  "workspaces/models/versions": ["models", "model-versions"],
  "workspaces/onlineendpoints": ["endpoints", "endpoint"],
  "workspaces/onlineendpoints/deployments": ["deployments", "endpoints"],
  "workspaces/computes": ["computes", "compute"],
  "workspaces/data": ["data"],
  "workspaces/data/versions": ["data", "data-versions"],
  "workspaces/environments": ["environments"],
  "workspaces/environments/versions": ["environments", "environment-versions"],
};
const SETTLE_MS = 250;

/** Keeps queries fresh from the server's change feed. The feed rests while the page is hidden: connections are few. */
export function useChangeFeed(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let stop = document.hidden ? undefined : followChanges(queries);
    const onVisibility = (): void => {
      stop?.();
      stop = document.hidden ? undefined : followChanges(queries);
    };
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      stop?.();
    };
  }, [queries]);
}

function followChanges(queries: QueryClient): () => void {
  const source = new EventSource("/studio/api/changes");
  const stale = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    const keys = [...stale];
    stale.clear();
    for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
  };
  source.addEventListener("change", (event) => {
    const change = changeSchema.parse(JSON.parse(event.data));
    for (const key of STALE_BY_TYPE[change.type.toLowerCase()] ?? []) stale.add(key);
    if (stale.size > 0) timer ??= setTimeout(flush, SETTLE_MS);
  });
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
