import { childId, MACHINE_LEARNING, resourceKey } from "@lazuli/contract/resource-id.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { MetricPoint } from "../../tracking/tracking-store.ts";
import { reducePoints } from "./reduce-points.ts";
import type { WebDependencies } from "./web-dependencies.ts";

const KEYS_MAX = 100;
const POINTS_MAX = 10_000;

const querySchema = z.object({
  workspace: z.string(),
  key: z.union([z.string(), z.array(z.string()).max(KEYS_MAX)]).transform((key) => [key].flat()),
  points: z.coerce.number().int().min(10).max(POINTS_MAX).default(1000),
});
const paramsSchema = z.object({ run: z.string() });

/** The history of a run's metrics, no finer than a screen can show. */
export function addMetricRoutes(app: FastifyInstance, deps: WebDependencies): void {
  app.get("/studio/api/runs/:run/metrics", async (request) => {
    const principal = await deps.authenticate(request.headers, ["management"]);
    const { workspace, key: keys, points: limit } = querySchema.parse(request.query);
    const { run } = paramsSchema.parse(request.params);
    const action = `${MACHINE_LEARNING}/workspaces/metrics/read`;
    await deps.access.assertCan(principal, action, childId(workspace, "jobs", run));
    const series = await Promise.all(
      keys.map(async (key) => {
        const history = await deps.tracking.metricHistory(resourceKey(workspace), run, key);
        const ordered = inStepOrder(history);
        return { key, count: ordered.length, points: reducePoints(ordered, limit).map(renderPoint) };
      }),
    );
    return { series };
  });
}

/** Several writers may log out of order; a chart's line goes from left to right. */
function inStepOrder(points: readonly MetricPoint[]): readonly MetricPoint[] {
  const isOrdered = points.every((point, index) => index === 0 || (points[index - 1]?.step ?? 0) <= point.step);
  return isOrdered ? points : points.toSorted((a, b) => a.step - b.step || a.at - b.at);
}

function renderPoint({ step, value, at }: MetricPoint): [number, number | null, number] {
  return [step, Number.isFinite(value) ? value : null, at];
}
