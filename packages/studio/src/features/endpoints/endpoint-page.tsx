import { Tab, TabList } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";

import { useEndpoint, type Endpoint } from "../../api/endpoints.ts";
import { Page } from "../../ui/page.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { ConsumeTab } from "./consume-tab.tsx";
import { DetailsTab } from "./details-tab.tsx";
import { LogsTab } from "./logs-tab.tsx";
import { TestTab } from "./test-tab.tsx";

const TABS = ["details", "test", "consume", "logs"] as const;
type TabName = (typeof TABS)[number];

export function EndpointPage() {
  const { name = "" } = useParams();
  const { t } = useTranslation();
  const query = useEndpoint(name);
  const state = query.data?.properties.provisioningState;
  return (
    <Page
      title={name}
      subtitle={query.data?.properties.description ?? t("endpoints.one")}
      badge={state === undefined || state === null ? undefined : <StatusBadge status={state} isLarge />}
      isFull
    >
      <QueryState query={query}>{(endpoint) => <EndpointTabs endpoint={endpoint} />}</QueryState>
    </Page>
  );
}

function EndpointTabs({ endpoint }: { readonly endpoint: Endpoint }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const tab = TABS.find((each) => each === search.get("tab")) ?? "details";
  return (
    <>
      <TabList
        style={{ marginLeft: -10 }}
        selectedValue={tab}
        onTabSelect={(_, data) => setSearch({ tab: String(data.value) }, { replace: true })}
      >
        {TABS.map((each) => (
          <Tab key={each} value={each}>
            {t(`endpoints.tab.${each}`)}
          </Tab>
        ))}
      </TabList>
      <div role="tabpanel" style={{ flex: "1 1 auto", minHeight: 0 }}>
        {renderTab(tab, endpoint)}
      </div>
    </>
  );
}

function renderTab(tab: TabName, endpoint: Endpoint): ReactNode {
  if (tab === "test") return <TestTab endpoint={endpoint} />;
  if (tab === "consume") return <ConsumeTab endpoint={endpoint} />;
  if (tab === "logs") return <LogsTab endpoint={endpoint} />;
  return <DetailsTab endpoint={endpoint} />;
}
