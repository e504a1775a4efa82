import { useQuery } from "@tanstack/react-query";
import * as z from "zod/mini";

import { armPath, listAll } from "./arm.ts";
import { hasEnded, jobSchema, type Job } from "./jobs.ts";
import { useApi, useWorkspace } from "./workspace-context.tsx";

const LIVE_REFRESH_MS = 2000;
const RUNS_MAX = 1000;

const numberSchema = z.pipe(z.union([z.number(), z.string()]), z.transform(Number));
const pairSchema = z.array(z.looseObject({ key: z.string(), value: z.string() }));
const searchSchema = z.looseObject({
  runs: z.nullish(
    z.array(
      z.looseObject({
        info: z.looseObject({ run_id: z.string() }),
        data: z.nullish(
          z.looseObject({
            metrics: z.nullish(z.array(z.looseObject({ key: z.string(), value: numberSchema }))),
            params: z.nullish(pairSchema),
          }),
        ),
      }),
    ),
  ),
});

/** Parameters and last metrics of one child's run. */
export interface ChildRun {
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Jobs that belong to this one, in the order in which they were made. */
export function useChildJobs(parent: Job) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["child-jobs", workspace.id, parent.name],
    queryFn: async ({ signal }) => {
      const path = armPath(`${workspace.id}/jobs`, { parentJobName: parent.name, listViewType: "All" });
      const jobs = await listAll(api, jobSchema, { path, signal });
      return jobs.toReversed();
    },
    refetchInterval: hasEnded(parent.properties.status) ? false : LIVE_REFRESH_MS,
  });
}

/** What the children logged, by name of the child. */
export function useChildRuns(parent: Job, experimentId: string | undefined) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["child-runs", workspace.id, parent.name, experimentId],
    queryFn: async ({ signal }) => {
      const body = {
        experiment_ids: [experimentId],
        filter: `tags.\`mlflow.parentRunId\` = '${parent.name}'`,
        max_results: RUNS_MAX,
      };
      const path = `/mlflow/v2.0${workspace.id}/api/2.0/mlflow/runs/search`;
      const found = await api.json(path, searchSchema, { method: "POST", body, signal });
      return new Map((found.runs ?? []).map((run) => [run.info.run_id, toChildRun(run.data)] as const));
    },
    enabled: experimentId !== undefined,
    refetchInterval: hasEnded(parent.properties.status) ? false : LIVE_REFRESH_MS,
  });
}

type RunData = NonNullable<z.infer<typeof searchSchema>["runs"]>[number]["data"];

function toChildRun(data: RunData): ChildRun {
  return {
    params: Object.fromEntries((data?.params ?? []).map(({ key, value }) => [key, value])),
    metrics: Object.fromEntries((data?.metrics ?? []).map(({ key, value }) => [key, value])),
  };
}
