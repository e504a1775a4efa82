import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { hasEnded, jobTimes, useJobs, type Job } from "../../api/jobs.ts";
import { useFormat } from "../../ui/format.ts";
import { BeakerRegular } from "../../ui/icons.ts";
import { EmptyState, LoadingState } from "../../ui/page-state.tsx";
import { Panel } from "../../ui/panel.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { useNow } from "../../ui/use-now.ts";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";

const SHOWN = 8;

const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0 },
  row: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) 128px 110px",
    gap: "16px",
    alignItems: "center",
    padding: "9px 0",
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    ":first-child": { borderTop: "none" },
  },
  words: { display: "flex", flexDirection: "column", minWidth: 0 },
  ellipsis: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  muted: { color: tokens.colorNeutralForeground3 },
  end: { textAlign: "right", color: tokens.colorNeutralForeground3, whiteSpace: "nowrap" },
});

export function RecentJobs() {
  const styles = useStyles();
  const { t } = useTranslation();
  const query = useJobs();
  const isAnyRunning = query.jobs?.some((job) => !hasEnded(job.properties.status)) === true;
  const now = useNow(isAnyRunning ? 1000 : 30_000);
  return (
    <Panel title={t("home.recentJobs")} commands={<WorkspaceLink to="jobs">{t("home.allJobs")}</WorkspaceLink>}>
      <QueryState
        query={{ ...query, data: query.jobs }}
        loading={<LoadingState rowCount={4} />}
        isEmpty={(jobs) => jobs.length === 0}
        empty={<EmptyState icon={<BeakerRegular />} title={t("jobs.empty")} hint={t("home.noJobsHint")} />}
      >
        {(jobs) => (
          <ul className={styles.list}>
            {jobs.slice(0, SHOWN).map((job) => (
              <RecentJob key={job.id} job={job} now={now} />
            ))}
          </ul>
        )}
      </QueryState>
    </Panel>
  );
}

function RecentJob({ job, now }: { readonly job: Job; readonly now: number }) {
  const styles = useStyles();
  const format = useFormat();
  const { createdAt } = jobTimes(job);
  return (
    <li className={styles.row}>
      <span className={styles.words}>
        <WorkspaceLink to={`jobs/${encodeURIComponent(job.name)}`} className={styles.ellipsis}>
          {job.properties.displayName ?? job.name}
        </WorkspaceLink>
        <Text size={200} className={mergeClasses(styles.muted, styles.ellipsis)}>
          {job.properties.experimentName}
        </Text>
      </span>
      <StatusBadge status={job.properties.status ?? "NotStarted"} />
      <Text size={200} className={styles.end}>
        {createdAt === undefined ? "" : format.ago(createdAt, now)}
      </Text>
    </li>
  );
}
