import { Dropdown, makeStyles, Option } from "@fluentui/react-components";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { fileUrl, runArtifactsUri } from "../../api/files.ts";
import { hasEnded, type Job } from "../../api/jobs.ts";
import { useLiveLog, useLogFiles } from "../../api/live-log.ts";
import { useWorkspace } from "../../api/workspace-context.tsx";
import { LogView } from "../../ui/log-view.tsx";

const FILES_REFRESH_MS = 4000;
const MAIN_LOG = "user_logs/std_log.txt";
const RANK_LOG = "user_logs/std_log_process_";

const useStyles = makeStyles({
  dropdown: { minWidth: "250px" },
});

export interface RunLogProps {
  readonly job: Job;
  /** Without the choice of file, while there is but one. */
  readonly isCompact?: boolean;
}

/** The job's log as it grows, and a choice of the files that it has. */
export function RunLog({ job, isCompact }: RunLogProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const isLive = !hasEnded(job.properties.status);
  const files = useLogFiles(job.name, isLive ? FILES_REFRESH_MS : false).data ?? [];
  const [chosen, setChosen] = useState<string>();
  const file =
    chosen ?? files.find((each) => each.name === MAIN_LOG)?.name ?? firstRankLog(files) ?? files[0]?.name ?? MAIN_LOG;
  const choice = (
    <Dropdown
      size="small"
      className={styles.dropdown}
      aria-label={t("log.file")}
      value={file}
      selectedOptions={[file]}
      onOptionSelect={(_, data) => setChosen(data.optionValue)}
    >
      {(files.length === 0 ? [{ name: file }] : files).map(({ name }) => (
        <Option key={name} value={name}>
          {name}
        </Option>
      ))}
    </Dropdown>
  );
  const hasChoice = files.length > 1 || isCompact !== true;
  return <OneLog key={file} job={job} file={file} isLive={isLive} choice={hasChoice ? choice : undefined} />;
}

/** A job of several processes has a log for each; the first one's name comes first. */
function firstRankLog(files: readonly { readonly name: string }[]): string | undefined {
  return files
    .map(({ name }) => name)
    .filter((name) => name.startsWith(RANK_LOG))
    .sort()[0];
}

interface OneLogProps {
  readonly job: Job;
  readonly file: string;
  readonly isLive: boolean;
  readonly choice: ReactNode;
}

function OneLog({ job, file, isLive, choice }: OneLogProps) {
  const { t } = useTranslation();
  const workspace = useWorkspace();
  const log = useLiveLog(job.name, file);
  const notice = log.isFailed ? t("log.failed") : log.isTruncated ? t("log.truncated") : undefined;
  const address = { workspaceId: workspace.id, uri: runArtifactsUri(job.name), path: file };
  return (
    <LogView
      text={log.text}
      isLive={isLive && !log.isEnded && !log.isFailed}
      waitingText={isLive ? t("log.waiting") : t("log.empty")}
      notice={notice}
      // While the job runs, the log is with its node; its end brings it into storage.
      downloadUrl={isLive ? undefined : fileUrl({ ...address, isDownload: true })}
      leading={choice}
    />
  );
}
