import { makeStyles, Tag, TagGroup, Text } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { hasEnded, jobTimes, type Job } from "../../api/jobs.ts";
import { useRun } from "../../api/runs.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Facts } from "../../ui/facts.tsx";
import { useFormat } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { useNow } from "../../ui/use-now.ts";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";
import { assetLabel, jobDuration, lastSegment } from "./job-duration.ts";
import { JobError } from "./job-error.tsx";
import { JobInputs } from "./job-inputs.tsx";
import { MetricCharts } from "./metric-charts.tsx";
import { RunLog } from "./run-log.tsx";
import { Timeline } from "./timeline.tsx";

/** Charts that fit on the overview; the metrics tab has all. */
const OVERVIEW_CHARTS = 4;

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(300px, 360px)",
    gap: "16px",
    alignItems: "start",
    paddingBottom: "8px",
    "@media (max-width: 1080px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  column: { display: "flex", flexDirection: "column", gap: "16px", minWidth: 0 },
  log: { height: "320px" },
  tags: { flexWrap: "wrap", gap: "6px" },
});

export function OverviewTab({ job }: { readonly job: Job }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const isLive = !hasEnded(job.properties.status);
  const run = useRun(job.name, isLive).data;
  const params = run?.data?.params ?? [];
  const tags = Object.entries(job.properties.tags ?? {});
  return (
    <div className={styles.grid}>
      <div className={styles.column}>
        <JobError job={job} />
        <Panel title={t("job.timeline")}>
          <Timeline job={job} />
        </Panel>
        <MetricCharts job={job} limit={OVERVIEW_CHARTS} isCompact />
        <Panel title={t("job.log")}>
          <div className={styles.log}>
            <RunLog job={job} isCompact />
          </div>
        </Panel>
      </div>
      <div className={styles.column}>
        <Panel title={t("job.properties")}>
          <JobFacts job={job} />
        </Panel>
        {job.properties.command === null || job.properties.command === undefined ? undefined : (
          <Panel title={t("job.command")}>
            <CodeBlock text={job.properties.command} isWrapped />
          </Panel>
        )}
        <JobInputs job={job} />
        {params.length === 0 ? undefined : (
          <Panel title={t("job.params")}>
            <Facts facts={params.map(({ key, value }) => ({ name: key, value }))} />
          </Panel>
        )}
        <Substitutions job={job} />
        {tags.length === 0 ? undefined : (
          <Panel title={t("job.tags")}>
            <TagGroup className={styles.tags} aria-label={t("job.tags")}>
              {tags.map(([key, value]) => (
                <Tag key={key} size="small">
                  {value === "" ? key : `${key}: ${value}`}
                </Tag>
              ))}
            </TagGroup>
          </Panel>
        )}
      </div>
    </div>
  );
}

/** What stood in for what was asked, as an interpreter for an image: said, never hidden. */
function Substitutions({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  const { lazuli } = job.properties;
  const substitutions = Object.entries(lazuli?.substitutions ?? {});
  const warnings = lazuli?.warnings ?? [];
  if (substitutions.length + warnings.length === 0) return undefined;
  return (
    <Panel title={t("job.notes")}>
      <Facts facts={substitutions.map(([name, value]) => ({ name, value }))} />
      {warnings.map((warning) => (
        <Text key={warning} block>
          {warning}
        </Text>
      ))}
    </Panel>
  );
}

function JobFacts({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { properties } = job;
  const now = useNow(hasEnded(properties.status) ? false : 1000);
  const { createdAt, startedAt } = jobTimes(job);
  const duration = jobDuration(job, now);
  const compute = lastSegment(properties.computeId);
  const instanceCount = properties.resources?.instanceCount ?? 1;
  return (
    <Facts
      facts={[
        { name: t("jobs.created"), value: createdAt === undefined ? undefined : format.dateTime(createdAt) },
        { name: t("job.started"), value: startedAt === undefined ? undefined : format.dateTime(startedAt) },
        { name: t("jobs.duration"), value: duration === undefined ? undefined : format.duration(duration) },
        {
          name: t("job.parent"),
          value:
            properties.parentJobName == null ? undefined : (
              <WorkspaceLink to={`jobs/${encodeURIComponent(properties.parentJobName)}`}>
                {properties.parentJobName}
              </WorkspaceLink>
            ),
        },
        { name: t("job.createdBy"), value: job.systemData?.createdBy },
        { name: t("jobs.experiment"), value: properties.experimentName },
        {
          name: t("jobs.compute"),
          value: compute === "" ? undefined : <WorkspaceLink to={`compute/${compute}`}>{compute}</WorkspaceLink>,
        },
        { name: t("job.nodes"), value: instanceCount > 1 ? instanceCount : undefined },
        { name: t("job.environment"), value: assetLabel(properties.environmentId) },
        { name: t("jobs.type"), value: t([`jobType.${properties.jobType}`, properties.jobType ?? ""]) },
        { name: t("job.name"), value: job.name, copy: job.name },
      ]}
    />
  );
}
