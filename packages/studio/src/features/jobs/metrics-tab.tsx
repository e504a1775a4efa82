import { Field, makeStyles, SearchBox, Slider } from "@fluentui/react-components";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { hasEnded, type Job } from "../../api/jobs.ts";
import { useRun } from "../../api/runs.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { BeakerRegular } from "../../ui/icons.ts";
import { EmptyState } from "../../ui/page-state.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { MetricCharts } from "./metric-charts.tsx";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: "16px", paddingBottom: "8px" },
  bar: { display: "flex", gap: "24px", alignItems: "center", flexWrap: "wrap" },
  search: { flex: "0 1 300px" },
  slider: { width: "180px" },
});

export function MetricsTab({ job }: { readonly job: Job }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const [filter, setFilter] = useState("");
  const [smoothing, setSmoothing] = useState(0);
  const run = useRun(job.name, !hasEnded(job.properties.status));
  const empty = (
    <EmptyState icon={<BeakerRegular />} title={t("job.noMetrics")} hint={t("job.noMetricsHint")}>
      <CodeBlock text={'import mlflow\n\nmlflow.log_metric("loss", 0.12, step=1)'} />
    </EmptyState>
  );
  return (
    <QueryState query={run} isEmpty={(data) => (data.data?.metrics ?? []).length === 0} empty={empty}>
      {() => (
        <div className={styles.frame}>
          <div className={styles.bar}>
            <SearchBox
              className={styles.search}
              placeholder={t("job.filterMetrics")}
              value={filter}
              onChange={(_, data) => setFilter(data.value)}
            />
            <Field label={t("job.smoothing")} orientation="horizontal">
              <Slider
                className={styles.slider}
                min={0}
                max={95}
                value={smoothing * 100}
                onChange={(_, data) => setSmoothing(data.value / 100)}
              />
            </Field>
          </div>
          <MetricCharts job={job} filter={filter} smoothing={smoothing} />
        </div>
      )}
    </QueryState>
  );
}
