import { makeStyles } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";

import { useDataVersions, type DataVersion } from "../../api/assets.ts";
import { useWorkspace } from "../../api/workspace-context.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Facts } from "../../ui/facts.tsx";
import { FileBrowser } from "../../ui/file-browser.tsx";
import { FilePreview } from "../../ui/file-preview.tsx";
import { DatabaseRegular } from "../../ui/icons.ts";
import { EmptyState } from "../../ui/page-state.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { When } from "../../ui/when.tsx";
import { VersionPicker } from "../../ui/version-picker.tsx";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(300px, 400px)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 1080px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  column: { display: "flex", flexDirection: "column", gap: "16px", minWidth: 0 },
});

export function DataAssetPage() {
  const { name = "" } = useParams();
  const { t } = useTranslation();
  const query = useDataVersions(name);
  const [search, setSearch] = useSearchParams();
  const chosen = query.data?.find((each) => each.name === search.get("version")) ?? query.data?.[0];
  return (
    <Page
      title={name}
      subtitle={t("data.one")}
      commands={
        chosen === undefined ? undefined : (
          <VersionPicker
            versions={query.data ?? []}
            chosen={chosen}
            onChoose={(version) => setSearch({ version }, { replace: true })}
          />
        )
      }
    >
      <QueryState
        query={query}
        isEmpty={(versions) => versions.length === 0}
        empty={<EmptyState icon={<DatabaseRegular />} title={t("data.noVersions")} hint={t("data.emptyHint")} />}
      >
        {() => (chosen === undefined ? undefined : <DataBody key={chosen.id} name={name} version={chosen} />)}
      </QueryState>
    </Page>
  );
}

function DataBody({ name, version }: { readonly name: string; readonly version: DataVersion }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const { properties } = version;
  const uri = properties.dataUri ?? "";
  return (
    <div className={styles.grid}>
      <Panel title={t("data.explore")}>
        <Explore uri={uri} isFile={properties.dataType === "uri_file"} />
      </Panel>
      <div className={styles.column}>
        <Panel title={t("asset.details")}>
          <Facts
            facts={[
              { name: t("asset.type"), value: t([`dataType.${properties.dataType}`, properties.dataType ?? ""]) },
              { name: t("asset.version"), value: version.name },
              { name: t("asset.created"), value: <When at={version.systemData?.createdAt} /> },
              { name: t("asset.createdBy"), value: version.systemData?.createdBy },
              { name: t("data.uri"), value: uri, copy: uri },
              { name: t("asset.description"), value: properties.description },
            ]}
          />
        </Panel>
        <Panel title={t("data.consume")}>
          <CodeBlock
            text={`inputs:\n  data:\n    type: ${properties.dataType ?? "uri_folder"}\n    path: azureml:${name}:${version.name}`}
          />
        </Panel>
      </div>
    </div>
  );
}

function Explore({ uri, isFile }: { readonly uri: string; readonly isFile: boolean }) {
  const { t } = useTranslation();
  const workspace = useWorkspace();
  if (!isFile) return <FileBrowser uri={uri} emptyTitle={t("data.noFiles")} emptyHint={t("data.noFilesHint")} />;
  return <FilePreview workspaceId={workspace.id} uri={uri} path="" sizeBytes={0} />;
}
