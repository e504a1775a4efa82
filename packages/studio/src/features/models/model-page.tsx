import { makeStyles, Tab, TabList } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";

import { useModelVersions, type ModelVersion } from "../../api/models.ts";
import { FileBrowser } from "../../ui/file-browser.tsx";
import { BoxRegular } from "../../ui/icons.ts";
import { EmptyState } from "../../ui/page-state.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { VersionPicker } from "../../ui/version-picker.tsx";
import { ModelDetails } from "./model-details.tsx";
import { ModelVersions } from "./model-versions.tsx";

const TABS = ["details", "versions", "artifacts"] as const;

const useStyles = makeStyles({
  head: { display: "flex", alignItems: "center", gap: "16px", flexWrap: "wrap" },
  tabs: { marginLeft: "-10px" },
  version: { minWidth: "140px", marginLeft: "auto" },
  body: { flex: "1 1 auto", minHeight: 0 },
});

export function ModelPage() {
  const { name = "" } = useParams();
  const { t } = useTranslation();
  const query = useModelVersions(name);
  return (
    <Page title={name} subtitle={t("models.one")} isFull>
      <QueryState
        query={query}
        isEmpty={(versions) => versions.length === 0}
        empty={<EmptyState icon={<BoxRegular />} title={t("models.noVersions")} hint={t("models.noVersionsHint")} />}
      >
        {(versions) => <VersionTabs versions={versions} />}
      </QueryState>
    </Page>
  );
}

function VersionTabs({ versions }: { readonly versions: readonly ModelVersion[] }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const tab = TABS.find((each) => each === search.get("tab")) ?? "details";
  const chosen = versions.find((each) => each.name === search.get("version")) ?? versions[0];
  if (chosen === undefined) return undefined;
  const set = (change: { tab?: string; version?: string }): void =>
    setSearch({ tab, version: chosen.name, ...change }, { replace: true });
  return (
    <>
      <div className={styles.head}>
        <TabList
          className={styles.tabs}
          selectedValue={tab}
          onTabSelect={(_, data) => set({ tab: String(data.value) })}
        >
          {TABS.map((each) => (
            <Tab key={each} value={each}>
              {t(`models.tab.${each}`)}
            </Tab>
          ))}
        </TabList>
        <VersionPicker
          className={styles.version}
          versions={versions}
          chosen={chosen}
          onChoose={(version) => set({ version })}
        />
      </div>
      <div role="tabpanel" className={styles.body}>
        {tab === "details" ? <ModelDetails version={chosen} /> : undefined}
        {tab === "versions" ? (
          <ModelVersions versions={versions} onOpen={(version) => set({ version, tab: "details" })} />
        ) : undefined}
        {tab === "artifacts" ? (
          <Panel>
            <FileBrowser
              key={chosen.id}
              uri={chosen.properties.modelUri ?? ""}
              emptyTitle={t("models.noFiles")}
              emptyHint={t("models.noFilesHint")}
            />
          </Panel>
        ) : undefined}
      </div>
    </>
  );
}
