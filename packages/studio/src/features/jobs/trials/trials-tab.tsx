import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { useChildJobs, useChildRuns, type ChildRun } from "../../../api/child-jobs.ts";
import type { Job } from "../../../api/jobs.ts";
import { useRun } from "../../../api/runs.ts";
import { useWorkspacePath, WorkspaceLink } from "../../../ui/workspace-link.tsx";
import { DataTable, type Column, type Sorting } from "../../../ui/data-table.tsx";
import { formatNumber, useFormat } from "../../../ui/format.ts";
import { Panel } from "../../../ui/panel.tsx";
import { QueryState } from "../../../ui/query-state.tsx";
import { StatusBadge } from "../../../ui/status-badge.tsx";
import { useNow } from "../../../ui/use-now.ts";
import { useNavigate } from "react-router";
import { jobDuration } from "../job-duration.ts";
import { ParameterChart } from "./parameter-chart.tsx";
import { sortTrials, toTrials, type Trial } from "./trial-rows.ts";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: "16px", paddingBottom: "8px" },
  best: { color: tokens.colorBrandForeground1, fontWeight: tokens.fontWeightSemibold },
  number: { fontVariantNumeric: "tabular-nums" },
});

const NO_RUNS: ReadonlyMap<string, ChildRun> = new Map();

/** A sweep's trials: what each tried and how well it did. */
export function TrialsTab({ job }: { readonly job: Job }) {
  const query = useChildJobs(job);
  return <QueryState query={query}>{(children) => <Trials job={job} jobs={children} />}</QueryState>;
}

function Trials({ job, jobs }: { readonly job: Job; readonly jobs: readonly Job[] }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const open = useNavigate();
  const path = useWorkspacePath();
  const experimentId = useRun(job.name, false).data?.info.experiment_id ?? undefined;
  const runs = useChildRuns(job, experimentId).data ?? NO_RUNS;
  const metric = job.properties.objective?.primaryMetric ?? "";
  const isMaximized = job.properties.objective?.goal?.toLowerCase() !== "minimize";
  const { trials, parameters } = useMemo(() => toTrials({ jobs, runs, metric, isMaximized }), [jobs, runs, metric]);
  const [sorting, setSorting] = useState<Sorting>({ column: "metric", isDescending: isMaximized });
  const columns = useTrialColumns(parameters, metric);
  return (
    <div className={styles.frame}>
      <Panel title={t("job.trials.chart")}>
        <ParameterChart trials={trials} parameters={parameters} metric={metric} />
      </Panel>
      <DataTable
        isNatural
        label={t("job.trials.title")}
        columns={columns}
        rows={sortTrials(trials, sorting)}
        rowKey={(trial) => trial.job.name}
        sorting={sorting}
        onSort={setSorting}
        onOpen={(trial) => void open(path(`jobs/${encodeURIComponent(trial.job.name)}`))}
      />
    </div>
  );
}

function useTrialColumns(parameters: readonly string[], metric: string): readonly Column<Trial>[] {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(1000);
  return [
    {
      id: "name",
      title: t("job.trials.trial"),
      width: "minmax(200px, 1.6fr)",
      render: ({ job, isBest }) => (
        <>
          <WorkspaceLink to={`jobs/${encodeURIComponent(job.name)}`}>
            {job.properties.displayName ?? job.name}
          </WorkspaceLink>
          {isBest ? (
            <Text size={200} className={styles.best}>
              {" "}
              {t("job.trials.best")}
            </Text>
          ) : undefined}
        </>
      ),
    },
    {
      id: "status",
      title: t("jobs.status"),
      width: "minmax(120px, 0.8fr)",
      render: ({ job }) => <StatusBadge status={job.properties.status ?? "NotStarted"} />,
    },
    {
      id: "metric",
      title: metric,
      width: "minmax(120px, 0.9fr)",
      canSort: true,
      render: ({ value }) => <span className={styles.number}>{value === undefined ? "–" : formatNumber(value)}</span>,
    },
    ...parameters.map((name): Column<Trial> => ({
      id: `param:${name}`,
      title: name,
      width: "minmax(90px, 0.8fr)",
      canSort: true,
      render: ({ params }) => <span className={styles.number}>{shorten(params[name])}</span>,
    })),
    {
      id: "duration",
      title: t("jobs.duration"),
      width: "minmax(90px, 0.6fr)",
      render: ({ job }) => {
        const duration = jobDuration(job, now);
        return <span className={styles.number}>{duration === undefined ? "–" : format.duration(duration)}</span>;
      },
    },
  ];
}

function shorten(text: string | undefined): string {
  if (text === undefined) return "–";
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? text : formatNumber(value);
}
