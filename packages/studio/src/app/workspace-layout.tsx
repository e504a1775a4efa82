import { makeStyles, ProgressBar, tokens } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useNavigation, useParams } from "react-router";

import { useChangeFeed } from "../api/changes.ts";
import type { Workspace } from "../api/session.ts";
import { useSignedIn, WorkspaceProvider } from "../api/workspace-context.tsx";
import { NavigationRail } from "./navigation-rail.tsx";
import { TopBar } from "./top-bar.tsx";
import { findWorkspace, rememberWorkspace } from "./workspace-slug.ts";

const useStyles = makeStyles({
  frame: {
    display: "grid",
    gridTemplateColumns: "auto minmax(0, 1fr)",
    gridTemplateRows: "auto minmax(0, 1fr)",
    height: "100%",
    backgroundColor: tokens.colorNeutralBackground2,
    color: tokens.colorNeutralForeground1,
  },
  top: { gridColumn: "1 / -1" },
  main: { overflow: "auto", minWidth: 0, position: "relative" },
  skip: {
    position: "absolute",
    left: "-999px",
    ":focus": { left: "8px", top: "8px", zIndex: 10, backgroundColor: tokens.colorNeutralBackground1, padding: "8px" },
  },
  progress: { position: "absolute", top: 0, left: 0, right: 0, zIndex: 3 },
});

export function WorkspaceLayout() {
  const { workspace: slug } = useParams();
  const { session } = useSignedIn();
  const workspace = findWorkspace(slug, session.workspaces);
  if (workspace === undefined) return <Navigate to="/" replace />;
  return (
    <WorkspaceProvider value={workspace} key={workspace.id}>
      <Shell workspace={workspace} />
    </WorkspaceProvider>
  );
}

function Shell({ workspace }: { readonly workspace: Workspace }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const navigation = useNavigation();
  const [isNarrow, setNarrow] = useState(() => innerWidth < 900);
  useChangeFeed();
  useEffect(() => rememberWorkspace(workspace), [workspace]);
  return (
    <div className={styles.frame}>
      <a href="#main" className={styles.skip}>
        {t("shell.skip")}
      </a>
      <div className={styles.top}>
        <TopBar onToggleNavigation={() => setNarrow(!isNarrow)} />
      </div>
      <NavigationRail isNarrow={isNarrow} />
      <main id="main" className={styles.main} tabIndex={-1}>
        {navigation.state === "loading" ? (
          <ProgressBar className={styles.progress} thickness="medium" aria-label={t("common.loading")} />
        ) : undefined}
        <Outlet />
      </main>
    </div>
  );
}
