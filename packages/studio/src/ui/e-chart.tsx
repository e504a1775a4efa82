import { makeStyles, mergeClasses } from "@fluentui/react-components";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { useEffect, useRef, useState } from "react";

const useStyles = makeStyles({ chart: { width: "100%", height: "240px" } });

export interface EChartProps {
  readonly label: string;
  readonly option: EChartsCoreOption;
  readonly className?: string;
  /** Charts of one group share the cursor. */
  readonly group?: string;
}

/** A chart of any kind. The chart library comes when the first chart is shown. */
export function EChart({ label, option, className, group }: EChartProps) {
  const styles = useStyles();
  const frame = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const aborter = new AbortController();
    void openChart(element, group, aborter.signal).then(setChart);
    return () => aborter.abort();
  }, [group]);
  useEffect(() => {
    if (chart !== undefined && !chart.isDisposed()) chart.setOption(option, true);
  }, [chart, option]);
  return (
    <div
      ref={frame}
      className={mergeClasses(styles.chart, className)}
      role="img"
      aria-label={label}
      data-chart={label}
    />
  );
}

async function openChart(
  element: HTMLDivElement,
  group: string | undefined,
  signal: AbortSignal,
): Promise<EChartsType | undefined> {
  const { connectCharts, createChart } = await import("./echarts.ts");
  if (signal.aborted) return undefined;
  const chart = createChart(element);
  if (group !== undefined) {
    chart.group = group;
    connectCharts(group);
  }
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(element);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    chart.dispose();
  });
  return chart;
}
