import { Link } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";

import { SearchRegular } from "../ui/icons.ts";
import { EmptyState, FailedState } from "../ui/page-state.tsx";

/** What went wrong on a page; the shell around it stays. */
export function RouteFailure() {
  const error = useRouteError();
  return <FailedState error={error} onRetry={() => location.reload()} />;
}

export function LostPage() {
  const { t } = useTranslation();
  return (
    <EmptyState icon={<SearchRegular />} title={t("lost.title")} hint={t("lost.hint")}>
      <div style={{ textAlign: "center" }}>
        <Link href="/">{t("lost.home")}</Link>
      </div>
    </EmptyState>
  );
}
