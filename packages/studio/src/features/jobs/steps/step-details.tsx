import { Button, makeStyles } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { useJob, type Job } from "../../../api/jobs.ts";
import { Facts } from "../../../ui/facts.tsx";
import { useFormat } from "../../../ui/format.ts";
import { DismissRegular } from "../../../ui/icons.ts";
import { Panel } from "../../../ui/panel.tsx";
import { StatusBadge } from "../../../ui/status-badge.tsx";
import { useNow } from "../../../ui/use-now.ts";
import { WorkspaceLink } from "../../../ui/workspace-link.tsx";
import { jobDuration, lastSegment } from "../job-duration.ts";
import { JobError } from "../job-error.tsx";
import { JobInputs } from "../job-inputs.tsx";
import { RunLog } from "../run-log.tsx";
import { isReused, type Step } from "./step-graph.ts";

const useStyles = makeStyles({
  column: { display: "flex", flexDirection: "column", gap: "12px", overflow: "auto", minHeight: 0, height: "100%" },
  log: { height: "260px" },
});

export interface StepDetailsProps {
  readonly step: Step;
  onClose(): void;
}

/** One step of a pipeline beside the graph: how it went, and the end of its log. */
export function StepDetails({ step, onClose }: StepDetailsProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const close = (
    <Button appearance="subtle" icon={<DismissRegular />} aria-label={t("common.close")} onClick={onClose} />
  );
  return (
    <div className={styles.column}>
      <Panel title={step.name} commands={close}>
        {step.job === undefined ? t("job.steps.notMade") : <StepFacts job={step.job} />}
      </Panel>
      {step.job === undefined ? undefined : <StepParts name={step.job.name} />}
    </div>
  );
}

function StepFacts({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  const format = useFormat();
  const duration = jobDuration(job, useNow(1000));
  const source = job.properties.properties?.["azureml.reusedrunid"];
  return (
    <Facts
      facts={[
        { name: t("jobs.status"), value: <StatusBadge status={job.properties.status ?? "NotStarted"} /> },
        { name: t("jobs.duration"), value: duration === undefined ? undefined : format.duration(duration) },
        { name: t("jobs.compute"), value: lastSegment(job.properties.computeId) },
        {
          name: t("job.steps.reusedFrom"),
          value:
            isReused(job) && typeof source === "string" ? (
              <WorkspaceLink to={`jobs/${encodeURIComponent(source)}`}>{source}</WorkspaceLink>
            ) : undefined,
        },
        {
          name: t("job.name"),
          value: <WorkspaceLink to={`jobs/${encodeURIComponent(job.name)}`}>{t("job.steps.open")}</WorkspaceLink>,
        },
      ]}
    />
  );
}

function StepParts({ name }: { readonly name: string }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const job = useJob(name).data;
  if (job === undefined) return undefined;
  return (
    <>
      <JobError job={job} />
      <JobInputs job={job} />
      <Panel title={t("job.log")}>
        <div className={styles.log}>
          <RunLog job={job} isCompact />
        </div>
      </Panel>
    </>
  );
}
