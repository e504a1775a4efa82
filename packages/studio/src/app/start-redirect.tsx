import { useTranslation } from "react-i18next";
import { Navigate } from "react-router";

import { useSignedIn } from "../api/workspace-context.tsx";
import { BoxRegular } from "../ui/icons.ts";
import { CodeBlock } from "../ui/code-block.tsx";
import { EmptyState } from "../ui/page-state.tsx";
import { lastWorkspace, workspaceSlug } from "./workspace-slug.ts";

export function StartRedirect() {
  const { t } = useTranslation();
  const { workspaces } = useSignedIn().session;
  const workspace = lastWorkspace(workspaces);
  if (workspace === undefined) {
    return (
      <EmptyState icon={<BoxRegular />} title={t("workspace.none")} hint={t("workspace.noneHint")}>
        <CodeBlock text="./lazuli workspace create --name main" />
      </EmptyState>
    );
  }
  return <Navigate to={`/workspaces/${encodeURIComponent(workspaceSlug(workspace, workspaces))}/home`} replace />;
}
