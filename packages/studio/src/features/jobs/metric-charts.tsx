import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { hasEnded, type Job } from "../../api/jobs.ts";
import { useMetricSeries, useRun, type MetricSeries } from "../../api/runs.ts";
import { formatNumber } from "../../ui/format.ts";
import { LineChart } from "../../ui/line-chart.tsx";
import { Panel } from "../../ui/panel.tsx";

/** More charts than this at once help nobody; the filter finds the rest. */
const CHARTS_MAX = 60;

const useStyles = makeStyles({
  charts: { display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(min(340px, 100%), 1fr))", gap: "16px" },
  compact: { gridTemplateColumns: "repeat(auto-fill, minmax(min(180px, 100%), 1fr))" },
  values: { display: "flex", flexWrap: "wrap", gap: "14px 32px" },
  value: { display: "flex", flexDirection: "column", minWidth: "120px" },
  key: { color: tokens.colorNeutralForeground3, overflowWrap: "anywhere" },
  number: {
    fontSize: "22px",
    lineHeight: "30px",
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  last: {
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorBrandForeground1,
    fontWeight: tokens.fontWeightSemibold,
  },
});

export interface MetricChartsProps {
  readonly job: Job;
  /** Charts at most. */
  readonly limit?: number;
  readonly filter?: string;
  readonly smoothing?: number;
  /** Small charts, many in a row. */
  readonly isCompact?: boolean;
}

/** A chart for each metric with a history, a number for each that was logged once. */
export function MetricCharts({
  job,
  limit = CHARTS_MAX,
  filter = "",
  smoothing = 0,
  isCompact = false,
}: MetricChartsProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const isLive = !hasEnded(job.properties.status);
  const metrics = useRun(job.name, isLive).data?.data?.metrics ?? [];
  const keys = useMemo(() => {
    const wanted = filter.toLowerCase();
    const found = metrics.map(({ key }) => key).filter((key) => key.toLowerCase().includes(wanted));
    return found.toSorted(byImportance).slice(0, CHARTS_MAX);
  }, [metrics, filter]);
  const series = useMetricSeries(job.name, keys, isLive).data ?? [];
  const single = series.filter((each) => each.count === 1);
  const lines = series.filter((each) => each.count > 1).slice(0, limit);
  return (
    <>
      {single.length === 0 ? undefined : (
        <Panel title={t("job.results")}>
          <div className={styles.values}>
            {single.map((each) => (
              <div key={each.key} className={styles.value}>
                <Text size={200} className={styles.key}>
                  {each.key}
                </Text>
                <span className={styles.number}>{formatNumber(each.points[0]?.[1] ?? Number.NaN)}</span>
              </div>
            ))}
          </div>
        </Panel>
      )}
      {lines.length === 0 ? undefined : (
        <div className={mergeClasses(styles.charts, isCompact && styles.compact)}>
          {lines.map((each) => (
            <MetricChart key={each.key} series={each} group={job.id} smoothing={smoothing} isCompact={isCompact} />
          ))}
        </div>
      )}
    </>
  );
}

interface MetricChartProps {
  readonly series: MetricSeries;
  readonly group: string;
  readonly smoothing: number;
  readonly isCompact: boolean;
}

function MetricChart({ series, group, smoothing, isCompact }: MetricChartProps) {
  const styles = useStyles();
  const lines = useMemo(() => {
    const hasSteps = series.points.some(([step]) => step !== series.points[0]?.[0]);
    const points = series.points.map(([step, value], index) => [hasSteps ? step : index, value] as const);
    return [{ name: series.key, points }];
  }, [series]);
  const last = series.points.at(-1)?.[1];
  return (
    <Panel
      isCompact={isCompact}
      title={series.key}
      commands={
        last === undefined || last === null ? undefined : <span className={styles.last}>{formatNumber(last)}</span>
      }
    >
      <LineChart label={series.key} series={lines} group={group} smoothing={smoothing} isCompact={isCompact} />
    </Panel>
  );
}

/** System metrics come after the user's own. */
function byImportance(a: string, b: string): number {
  const [left, right] = [a.startsWith("system/"), b.startsWith("system/")];
  return left === right ? a.localeCompare(b) : Number(left) - Number(right);
}
