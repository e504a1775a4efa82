import type { MetricPoint } from "../../tracking/tracking-store.ts";

/**
 * At most about `limit` points that draw the same line: of each stretch its lowest and its highest point, in their order,
 * so that no peak is lost; the first and the last point stay.
 */
export function reducePoints(points: readonly MetricPoint[], limit: number): readonly MetricPoint[] {
  if (points.length <= limit || limit < 4) return points;
  const stretchCount = Math.floor((limit - 2) / 2);
  const inner = points.length - 2;
  const kept: MetricPoint[] = points.slice(0, 1);
  for (let stretch = 0; stretch < stretchCount; stretch += 1) {
    const start = 1 + Math.floor((stretch * inner) / stretchCount);
    const end = 1 + Math.floor(((stretch + 1) * inner) / stretchCount);
    kept.push(...extremes(points.slice(start, end)));
  }
  return [...kept, ...points.slice(-1)];
}

function extremes(stretch: readonly MetricPoint[]): readonly MetricPoint[] {
  const [first] = stretch;
  if (first === undefined) return [];
  let lowest = first;
  let highest = first;
  let isLowestFirst = true;
  for (const point of stretch) {
    if (point.value < lowest.value) [lowest, isLowestFirst] = [point, false];
    if (point.value > highest.value) [highest, isLowestFirst] = [point, true];
  }
  if (lowest === highest) return [lowest];
  return isLowestFirst ? [lowest, highest] : [highest, lowest];
}
