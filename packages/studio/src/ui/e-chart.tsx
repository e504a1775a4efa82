import { makeStyles, mergeClasses } from "@fluentui/react-components";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { useEffect, useRef, useState } from "react";

const useStyles = makeStyles({ chart: { width: "100%", height: "240px" } });

export interface EChartProps {
  readonly label: string;
  readonly option: EChartsCoreOption;
  readonly className?: string;
}

/** A chart of any kind. The chart library comes when the first chart is shown. */
export function EChart({ label, option, className }: EChartProps) {
  const styles = useStyles();
  const frame = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const aborter = new AbortController();
    void openChart(element, aborter.signal).then(setChart);
    return () => aborter.abort();
  }, []);
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

async function openChart(element: HTMLDivElement, signal: AbortSignal): Promise<EChartsType | undefined> {
  const { createChart } = await import("./echarts.ts");
  if (signal.aborted) return undefined;
  const chart = createChart(element);
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(element);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    chart.dispose();
  });
  return chart;
}
