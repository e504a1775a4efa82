import { formatNumber } from "./format.ts";

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

export interface ChartLook {
  readonly isDark: boolean;
  readonly smoothing: number;
  readonly isCompact: boolean;
}

/** Tell apart by hue and lightness, also for the colour-blind. */
const PALETTE = ["#2F64DE", "#D98A1F", "#2B9C7A", "#B4519E", "#7A63D8", "#C4483F"] as const;
const PALETTE_DARK = ["#7CA1F2", "#F0B45C", "#5FCFA8", "#E08CCB", "#AD9BF5", "#F08A80"] as const;

export function renderChartOption(series: readonly ChartSeries[], look: ChartLook) {
  const text = look.isDark ? "#aab3c7" : "#5c6578";
  const line = look.isDark ? "#2a3143" : "#e3e6ee";
  const axis = {
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: text, fontSize: look.isCompact ? 10 : 11, hideOverlap: true },
  };
  return {
    animation: false,
    color: [...(look.isDark ? PALETTE_DARK : PALETTE)],
    grid: { left: 2, right: 10, top: 10, bottom: 2, containLabel: true },
    tooltip: {
      trigger: "axis",
      confine: true,
      backgroundColor: look.isDark ? "#232a3b" : "#ffffff",
      borderColor: line,
      textStyle: { color: look.isDark ? "#f2f4fa" : "#1c2333", fontSize: 12 },
      valueFormatter: (value: unknown) => (typeof value === "number" ? formatNumber(value) : "–"),
    },
    xAxis: {
      ...axis,
      type: "value",
      min: "dataMin",
      max: "dataMax",
      splitLine: { show: false },
      minInterval: 1,
      splitNumber: look.isCompact ? 3 : 6,
    },
    yAxis: {
      ...axis,
      type: "value",
      scale: true,
      splitNumber: look.isCompact ? 2 : 4,
      splitLine: { lineStyle: { color: line } },
      axisLabel: { ...axis.axisLabel, formatter: formatNumber },
    },
    dataZoom: [{ type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl" }],
    series: series.flatMap((each) => renderSeries(each, look)),
  };
}

/** With smoothing, the raw line stays behind as a faint trace. */
function renderSeries({ name, points }: ChartSeries, { smoothing, isCompact }: ChartLook) {
  const base = {
    name,
    type: "line",
    symbolSize: 5,
    showSymbol: !isCompact && points.length < 40,
    lineStyle: { width: 2 },
  };
  if (smoothing === 0) return [{ ...base, data: points }];
  const faint = {
    ...base,
    showSymbol: false,
    silent: true,
    lineStyle: { width: 1, opacity: 0.3 },
    tooltip: { show: false },
  };
  return [
    { ...base, data: smooth(points, smoothing) },
    { ...faint, name: `${name} `, data: points },
  ];
}

/** Exponential moving average, freed of its bias towards the first value. */
export function smooth(points: ChartSeries["points"], weight: number): [number, number | null][] {
  let sum = 0;
  let count = 0;
  return points.map(([x, y]) => {
    if (y === null) return [x, null];
    sum = sum * weight + (1 - weight) * y;
    count += 1;
    return [x, sum / (1 - weight ** count)];
  });
}
