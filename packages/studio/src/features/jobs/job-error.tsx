import { MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import type { Job } from "../../api/jobs.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Panel } from "../../ui/panel.tsx";

/** Why a job failed, in the server's words, with the last lines of its log. */
export function JobError({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  const error = job.properties.lazuli?.error;
  if (error === null || error === undefined) return undefined;
  const tail = (error.logTail ?? []).join("\n");
  return (
    <>
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t("job.failed")}</MessageBarTitle>
          {error.message} {error.location == null ? "" : `(${error.location.file}:${error.location.line})`} {error.hint}
        </MessageBarBody>
      </MessageBar>
      {tail === "" ? undefined : (
        <Panel title={t("job.lastLines")}>
          <CodeBlock text={tail} maxHeight="240px" />
        </Panel>
      )}
    </>
  );
}
