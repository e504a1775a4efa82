import { makeStyles } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { useSignedIn, useWorkspace } from "../../api/workspace-context.tsx";
import { Page } from "../../ui/page.tsx";
import { ComputePanel } from "./compute-panel.tsx";
import { DayCounts } from "./day-counts.tsx";
import { EndpointPanel } from "./endpoint-panel.tsx";
import { QuickActions } from "./quick-actions.tsx";
import { RecentJobs } from "./recent-jobs.tsx";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(300px, 360px)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 1080px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  column: { display: "flex", flexDirection: "column", gap: "16px", minWidth: 0 },
});

/** My day: what runs, what failed, what serves, what waits, and how to begin. */
export function HomePage() {
  const styles = useStyles();
  const { t } = useTranslation();
  const { session } = useSignedIn();
  const workspace = useWorkspace();
  return (
    <Page
      title={t("home.title", { name: session.user.name })}
      subtitle={t("home.subtitle", { workspace: workspace.name, resourceGroup: workspace.resourceGroup })}
    >
      <DayCounts />
      <div className={styles.grid}>
        <div className={styles.column}>
          <RecentJobs />
          <QuickActions />
        </div>
        <div className={styles.column}>
          <EndpointPanel />
          <ComputePanel />
        </div>
      </div>
    </Page>
  );
}
