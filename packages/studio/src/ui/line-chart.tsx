import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { EChartsType } from "echarts/core";
import { useEffect, useRef, useState } from "react";

import { useIsDark } from "./appearance.tsx";
import { renderChartOption, type ChartSeries } from "./chart-option.ts";

const useStyles = makeStyles({
  chart: { width: "100%", height: "200px", color: tokens.colorNeutralForeground1 },
  compact: { height: "118px" },
});

export interface LineChartProps {
  readonly label: string;
  readonly series: readonly ChartSeries[];
  /** Charts of one group share the cursor. */
  readonly group: string;
  /** 0 is none, towards 1 is smoother; an exponential moving average. */
  readonly smoothing: number;
  readonly isCompact?: boolean;
}

/** A line chart. The chart library comes when the first chart is shown. */
export function LineChart({ label, series, group, smoothing, isCompact = false }: LineChartProps) {
  const styles = useStyles();
  const frame = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  const isDark = useIsDark();
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const aborter = new AbortController();
    void openChart(element, group, aborter.signal).then(setChart);
    return () => aborter.abort();
  }, [group]);
  useEffect(() => {
    if (chart !== undefined && !chart.isDisposed())
      chart.setOption(renderChartOption(series, { isDark, smoothing, isCompact }), true);
  }, [chart, series, isDark, smoothing, isCompact]);

  return (
    <div
      ref={frame}
      className={mergeClasses(styles.chart, isCompact && styles.compact)}
      role="img"
      aria-label={label}
      data-chart={label}
    />
  );
}

async function openChart(
  element: HTMLDivElement,
  group: string,
  signal: AbortSignal,
): Promise<EChartsType | undefined> {
  const { connectCharts, createChart } = await import("./echarts.ts");
  if (signal.aborted) return undefined;
  const chart = createChart(element);
  chart.group = group;
  connectCharts(group);
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(element);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    chart.dispose();
  });
  return chart;
}
