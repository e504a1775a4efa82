import { Tab, TabList } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";

import { hasEnded, useJob, type Job } from "../../api/jobs.ts";
import { runArtifactsUri } from "../../api/files.ts";
import { FileBrowser } from "../../ui/file-browser.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { CancelButton } from "./cancel-button.tsx";
import { DefinitionTab } from "./definition-tab.tsx";
import { MetricsTab } from "./metrics-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { RunLog } from "./run-log.tsx";
import { StepsTab } from "./steps/steps-tab.tsx";
import { TrialsTab } from "./trials/trials-tab.tsx";

const TABS = ["overview", "steps", "trials", "metrics", "logs", "files", "definition"] as const;
type TabName = (typeof TABS)[number];
/** Tabs of one type of job alone. */
const TAB_OF_TYPE: Readonly<Partial<Record<TabName, string>>> = { steps: "Pipeline", trials: "Sweep" };

const FILES_REFRESH_MS = 4000;

export function JobPage() {
  const { name = "" } = useParams();
  const query = useJob(name);
  const { t } = useTranslation();
  const job = query.data;
  const title = job?.properties.displayName ?? name;
  return (
    <Page
      title={title}
      isFull
      badge={job === undefined ? undefined : <StatusBadge status={job.properties.status ?? "NotStarted"} isLarge />}
      subtitle={job?.properties.description ?? (title === name ? t("jobs.one") : name)}
      commands={job === undefined ? undefined : <CancelButton job={job} />}
    >
      <QueryState query={query}>{(loaded) => <JobTabs job={loaded} />}</QueryState>
    </Page>
  );
}

function JobTabs({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const type = job.properties.jobType ?? "";
  const tabs = TABS.filter((each) => (TAB_OF_TYPE[each] ?? type) === type);
  const first = tabs.find((each) => TAB_OF_TYPE[each] === type) ?? "overview";
  const tab = tabs.find((each) => each === search.get("tab")) ?? first;
  return (
    <>
      <TabList
        selectedValue={tab}
        onTabSelect={(_, data) => setSearch({ tab: String(data.value) }, { replace: true })}
        style={{ marginLeft: -10 }}
      >
        {tabs.map((each) => (
          <Tab key={each} value={each}>
            {t(`job.tab.${each}`)}
          </Tab>
        ))}
      </TabList>
      <div role="tabpanel" style={{ flex: "1 1 auto", minHeight: 0 }}>
        {renderTab(tab, job)}
      </div>
    </>
  );
}

function renderTab(tab: TabName, job: Job): ReactNode {
  if (tab === "steps") return <StepsTab job={job} />;
  if (tab === "trials") return <TrialsTab job={job} />;
  if (tab === "metrics") return <MetricsTab job={job} />;
  if (tab === "logs") return <RunLog job={job} />;
  if (tab === "files") return <FilesTab job={job} />;
  if (tab === "definition") return <DefinitionTab job={job} />;
  return <OverviewTab job={job} />;
}

function FilesTab({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  return (
    <Panel isFill>
      <FileBrowser
        uri={runArtifactsUri(job.name)}
        refetchMs={hasEnded(job.properties.status) ? false : FILES_REFRESH_MS}
        emptyTitle={t("job.files.empty")}
        emptyHint={t("job.files.emptyHint")}
      />
    </Panel>
  );
}
