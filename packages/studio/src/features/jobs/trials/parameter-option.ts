import { formatNumber } from "../../../ui/format.ts";
import type { Trial } from "./trial-rows.ts";

export interface ParameterChartParts {
  readonly trials: readonly Trial[];
  readonly parameters: readonly string[];
  readonly metric: string;
  readonly isDark: boolean;
}

/** Parallel axes, the metric last and in colour; `undefined` while no trial has a value. */
export function renderParameterOption({ trials, parameters, metric, isDark }: ParameterChartParts) {
  const valued = trials.flatMap((trial) => (trial.value === undefined ? [] : [{ ...trial, value: trial.value }]));
  if (valued.length === 0) return undefined;
  const text = isDark ? "#aab3c7" : "#5c6578";
  const values = valued.map(({ value }) => value);
  const axes = parameters.map((name, dim) => renderAxis(name, dim, valued));
  return {
    animation: false,
    parallel: { left: 40, right: 60, top: 40, bottom: 24 },
    parallelAxis: [
      ...axes,
      { dim: axes.length, name: metric, type: "value" as const, scale: true, axisLabel: { formatter: formatNumber } },
    ].map((axis) => ({
      ...axis,
      nameTextStyle: { color: text },
      axisLabel: { color: text, ...("axisLabel" in axis ? axis.axisLabel : {}) },
      axisLine: { lineStyle: { color: isDark ? "#3a435a" : "#c9cfdd" } },
    })),
    visualMap: {
      show: false,
      dimension: axes.length,
      min: Math.min(...values),
      max: Math.max(...values),
      inRange: { color: isDark ? ["#46506b", "#7CA1F2", "#F0B45C"] : ["#c9d3ea", "#2F64DE", "#D98A1F"] },
    },
    series: [
      {
        type: "parallel" as const,
        lineStyle: { width: 1.6, opacity: 0.8 },
        data: valued.map((trial) => [...parameters.map((name) => pointOn(trial.params[name])), trial.value]),
      },
    ],
  };
}

/** A parameter of words gets an axis of these words, one of numbers an axis of numbers. */
function renderAxis(name: string, dim: number, trials: readonly Trial[]) {
  const words = [...new Set(trials.map(({ params }) => params[name] ?? ""))].sort();
  const isNumeric = words.every((word) => word !== "" && !Number.isNaN(Number(word)));
  if (!isNumeric) return { dim, name, type: "category" as const, data: words };
  return { dim, name, type: "value" as const, scale: true, axisLabel: { formatter: formatNumber } };
}

function pointOn(text: string | undefined): number | string {
  const value = Number(text);
  return text === undefined || text === "" || Number.isNaN(value) ? (text ?? "") : value;
}
