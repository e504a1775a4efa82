import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useMemo } from "react";

import { useIsDark } from "./appearance.tsx";
import { renderChartOption, type ChartSeries } from "./chart-option.ts";
import { EChart } from "./e-chart.tsx";

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

/** A line chart. */
export function LineChart({ label, series, group, smoothing, isCompact = false }: LineChartProps) {
  const styles = useStyles();
  const isDark = useIsDark();
  const option = useMemo(
    () => renderChartOption(series, { isDark, smoothing, isCompact }),
    [series, isDark, smoothing, isCompact],
  );
  const className = mergeClasses(styles.chart, isCompact && styles.compact);
  return <EChart className={className} label={label} option={option} group={group} />;
}
