import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { jobTimes, type Job } from "../../api/jobs.ts";
import type { Column } from "../../ui/data-table.tsx";
import { useFormat } from "../../ui/format.ts";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";
import { jobDuration, lastSegment } from "./job-duration.ts";

const useStyles = makeStyles({
  name: { display: "flex", flexDirection: "column", lineHeight: "1.25", minWidth: 0 },
  id: {
    color: tokens.colorNeutralForeground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: "11px",
    overflow: "hidden",
    textOverflow: "ellipsis",
  },
  numbers: { fontVariantNumeric: "tabular-nums" },
});

/** @param now Milliseconds since 1970, renewed while a job runs. */
export function useJobColumns(now: number): readonly Column<Job>[] {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(() => {
    const created = (job: Job) => {
      const { createdAt } = jobTimes(job);
      return createdAt === undefined ? (
        ""
      ) : (
        <span title={format.dateTime(createdAt)}>{format.ago(createdAt, now)}</span>
      );
    };
    const duration = (job: Job) => {
      const milliseconds = jobDuration(job, now);
      return <span className={styles.numbers}>{milliseconds === undefined ? "–" : format.duration(milliseconds)}</span>;
    };
    return [
      {
        id: "name",
        title: t("jobs.name"),
        width: "minmax(220px, 2.2fr)",
        render: (job) => <JobName job={job} />,
        canSort: true,
      },
      {
        id: "status",
        title: t("jobs.status"),
        width: "minmax(130px, 0.9fr)",
        render: (job) => <StatusBadge status={job.properties.status ?? "NotStarted"} />,
        canSort: true,
      },
      {
        id: "experiment",
        title: t("jobs.experiment"),
        width: "minmax(130px, 1.2fr)",
        render: (job) => job.properties.experimentName ?? "",
        canSort: true,
      },
      {
        id: "compute",
        title: t("jobs.compute"),
        width: "minmax(110px, 1fr)",
        render: (job) => lastSegment(job.properties.computeId),
      },
      {
        id: "type",
        title: t("jobs.type"),
        width: "minmax(90px, 0.7fr)",
        render: (job) => (
          <Text size={200}>{t([`jobType.${job.properties.jobType}`, job.properties.jobType ?? ""])}</Text>
        ),
      },
      { id: "created", title: t("jobs.created"), width: "minmax(120px, 1fr)", render: created, canSort: true },
      { id: "duration", title: t("jobs.duration"), width: "minmax(90px, 0.7fr)", render: duration, canSort: true },
    ];
  }, [now, t, format, styles.numbers]);
}

function JobName({ job }: { readonly job: Job }) {
  const styles = useStyles();
  const title = job.properties.displayName ?? job.name;
  return (
    <span className={styles.name}>
      <WorkspaceLink to={`jobs/${encodeURIComponent(job.name)}`}>{title}</WorkspaceLink>
      {title === job.name ? undefined : <span className={styles.id}>{job.name}</span>}
    </span>
  );
}
