import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import * as z from "zod/mini";

import { armPath, armSchema, nextPath, pageSchema, ROWS_MAX } from "./arm.ts";
import { useApi, useWorkspace } from "./workspace-context.tsx";

const RUNNING_REFRESH_MS = 2000;
const IDLE_REFRESH_MS = 15_000;

const timelineEntrySchema = z.looseObject({
  phase: z.string(),
  reason: z.nullish(z.string()),
  at: z.number(),
});

const jobInputSchema = z.looseObject({
  jobInputType: z.nullish(z.string()),
  value: z.nullish(z.union([z.string(), z.number(), z.boolean()])),
  uri: z.nullish(z.string()),
  mode: z.nullish(z.string()),
});

const jobOutputSchema = z.looseObject({
  jobOutputType: z.nullish(z.string()),
  uri: z.nullish(z.string()),
  mode: z.nullish(z.string()),
  assetName: z.nullish(z.string()),
  assetVersion: z.nullish(z.string()),
});

const errorSchema = z.looseObject({
  code: z.nullish(z.string()),
  message: z.nullish(z.string()),
  hint: z.nullish(z.string()),
  location: z.nullish(z.object({ file: z.string(), line: z.number() })),
  logTail: z.nullish(z.array(z.string())),
});

/** What Azure's body has no field for. */
const platformSchema = z.looseObject({
  timeline: z.nullish(z.array(timelineEntrySchema)),
  /** Why the job is where it is; for a queued one, what it waits for. */
  reason: z.nullish(z.string()),
  startedAt: z.nullish(z.number()),
  endedAt: z.nullish(z.number()),
  error: z.nullish(errorSchema),
  warnings: z.nullish(z.array(z.string())),
  substitutions: z.nullish(z.record(z.string(), z.string())),
});

const jobPropertiesSchema = z.looseObject({
  jobType: z.nullish(z.string()),
  displayName: z.nullish(z.string()),
  description: z.nullish(z.string()),
  experimentName: z.nullish(z.string()),
  status: z.nullish(z.string()),
  computeId: z.nullish(z.string()),
  environmentId: z.nullish(z.string()),
  codeId: z.nullish(z.string()),
  command: z.nullish(z.string()),
  tags: z.nullish(z.record(z.string(), z.string())),
  properties: z.nullish(z.record(z.string(), z.unknown())),
  environmentVariables: z.nullish(z.record(z.string(), z.unknown())),
  inputs: z.nullish(z.record(z.string(), jobInputSchema)),
  outputs: z.nullish(z.record(z.string(), jobOutputSchema)),
  resources: z.nullish(z.looseObject({ instanceCount: z.nullish(z.number()), instanceType: z.nullish(z.string()) })),
  limits: z.nullish(z.looseObject({ timeout: z.nullish(z.string()) })),
  /** Job that this one belongs to, as a step to its pipeline. */
  parentJobName: z.nullish(z.string()),
  /** Of a pipeline: its nodes by name. */
  jobs: z.nullish(z.record(z.string(), z.looseObject({ type: z.nullish(z.string()) }))),
  /** Of a sweep. */
  objective: z.nullish(z.looseObject({ primaryMetric: z.nullish(z.string()), goal: z.nullish(z.string()) })),
  lazuli: z.nullish(platformSchema),
});

export const jobSchema = armSchema(jobPropertiesSchema);
export type Job = z.infer<typeof jobSchema>;
export type JobInput = z.infer<typeof jobInputSchema>;
export type JobOutput = z.infer<typeof jobOutputSchema>;
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

const ENDED = new Set(["Completed", "Failed", "Canceled", "NotResponding"]);

export function hasEnded(status: string | null | undefined): boolean {
  return status !== null && status !== undefined && ENDED.has(status);
}

export interface JobTimes {
  readonly createdAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
}

/** When the job was created, began to run and ended, in milliseconds since 1970 where known. */
export function jobTimes(job: Job): JobTimes {
  const { lazuli } = job.properties;
  const createdAt = Date.parse(job.systemData?.createdAt ?? "");
  return {
    createdAt: Number.isNaN(createdAt) ? undefined : createdAt,
    startedAt: lazuli?.startedAt ?? undefined,
    endedAt: lazuli?.endedAt ?? undefined,
  };
}

/** Newest first, page by page. */
export function useJobs() {
  const api = useApi();
  const workspace = useWorkspace();
  const query = useInfiniteQuery({
    queryKey: ["jobs", workspace.id],
    initialPageParam: armPath(`${workspace.id}/jobs`),
    queryFn: ({ pageParam, signal }) => api.json(pageParam, pageSchema(jobSchema), { signal }),
    getNextPageParam: (page, pages) => {
      const rowCount = pages.reduce((sum, each) => sum + each.value.length, 0);
      return rowCount < ROWS_MAX ? nextPath(page.nextLink) : undefined;
    },
    refetchInterval: IDLE_REFRESH_MS,
  });
  const jobs = query.data?.pages.flatMap((page) => page.value);
  return { ...query, jobs };
}

export function useJob(name: string) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["job", workspace.id, name],
    queryFn: ({ signal }) => api.json(armPath(`${workspace.id}/jobs/${name}`), jobSchema, { signal }),
    refetchInterval: (query) => (hasEnded(query.state.data?.properties.status) ? false : RUNNING_REFRESH_MS),
  });
}

export function useCancelJob(name: string) {
  const api = useApi();
  const workspace = useWorkspace();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.run(armPath(`${workspace.id}/jobs/${name}/cancel`), { method: "POST" }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["job", workspace.id, name] }),
  });
}
