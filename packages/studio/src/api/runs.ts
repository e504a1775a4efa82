import { keepPreviousData, useQuery } from "@tanstack/react-query";
import * as z from "zod/mini";

import { useApi, useWorkspace } from "./workspace-context.tsx";

const LIVE_REFRESH_MS = 2000;
/** Points a chart shows at most; the server keeps minima and maxima between them. */
const CHART_POINTS = 1000;

const numberSchema = z.pipe(z.union([z.number(), z.string()]), z.transform(Number));

const runSchema = z.looseObject({
  run: z.looseObject({
    info: z.looseObject({
      run_id: z.string(),
      experiment_id: z.nullish(z.string()),
      run_name: z.nullish(z.string()),
      status: z.nullish(z.string()),
    }),
    data: z.nullish(
      z.looseObject({
        metrics: z.nullish(
          z.array(z.looseObject({ key: z.string(), value: numberSchema, step: z.nullish(numberSchema) })),
        ),
        params: z.nullish(z.array(z.looseObject({ key: z.string(), value: z.string() }))),
        tags: z.nullish(z.array(z.looseObject({ key: z.string(), value: z.string() }))),
      }),
    ),
  }),
});

const seriesSchema = z.object({
  series: z.array(
    z.object({
      key: z.string(),
      /** Points before reduction. */
      count: z.number(),
      /** `[step, value, milliseconds since 1970]`; a value that is no number is `null`. */
      points: z.array(z.tuple([z.number(), z.nullable(z.number()), z.number()])),
    }),
  ),
});

export type Run = z.infer<typeof runSchema>["run"];
export type MetricSeries = z.infer<typeof seriesSchema>["series"][number];

/** The run of a job; its id is the job's name. */
export function useRun(runId: string, isLive: boolean) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["run", workspace.id, runId],
    queryFn: async ({ signal }) => {
      const path = `/mlflow/v2.0${workspace.id}/api/2.0/mlflow/runs/get?${new URLSearchParams({ run_id: runId })}`;
      return (await api.json(path, runSchema, { signal })).run;
    },
    refetchInterval: isLive ? LIVE_REFRESH_MS : false,
  });
}

export function useMetricSeries(runId: string, keys: readonly string[], isLive: boolean) {
  const api = useApi();
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["metric-series", workspace.id, runId, ...keys],
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ workspace: workspace.id, points: String(CHART_POINTS) });
      for (const key of keys) query.append("key", key);
      const path = `/studio/api/runs/${encodeURIComponent(runId)}/metrics?${query}`;
      return (await api.json(path, seriesSchema, { signal })).series;
    },
    enabled: keys.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: isLive ? LIVE_REFRESH_MS : false,
  });
}
