import { makeStyles } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";

import { useEnvironments, useEnvironmentVersions, type EnvironmentVersion } from "../../api/assets.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Facts } from "../../ui/facts.tsx";
import { LayerRegular } from "../../ui/icons.ts";
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

export function EnvironmentPage() {
  const { name = "" } = useParams();
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const environments = useEnvironments().data;
  const containerId = search.get("from") ?? environments?.find((each) => each.name === name)?.id;
  const query = useEnvironmentVersions(containerId);
  const chosen = query.data?.find((each) => each.name === search.get("version")) ?? query.data?.[0];
  return (
    <Page
      title={name}
      subtitle={chosen?.properties.description ?? t("environments.one")}
      commands={
        chosen === undefined ? undefined : (
          <VersionPicker
            versions={query.data ?? []}
            chosen={chosen}
            onChoose={(version) => setSearch({ from: containerId ?? "", version }, { replace: true })}
          />
        )
      }
    >
      <QueryState
        query={query}
        isEmpty={(versions) => versions.length === 0}
        empty={
          <EmptyState icon={<LayerRegular />} title={t("environments.noVersions")} hint={t("environments.emptyHint")} />
        }
      >
        {() => (chosen === undefined ? undefined : <EnvironmentBody name={name} version={chosen} />)}
      </QueryState>
    </Page>
  );
}

function EnvironmentBody({ name, version }: { readonly name: string; readonly version: EnvironmentVersion }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const { properties } = version;
  const registry = /\/registries\/([^/]+)\//.exec(version.id)?.[1];
  const reference =
    registry === undefined
      ? `azureml:${name}:${version.name}`
      : `azureml://registries/${registry}/environments/${name}/versions/${version.name}`;
  return (
    <div className={styles.grid}>
      <Panel title={t("environments.dependencies")}>
        <CodeBlock text={properties.condaFile ?? t("environments.noDependencies")} maxHeight="64vh" />
      </Panel>
      <div className={styles.column}>
        <Panel title={t("asset.details")}>
          <Facts
            facts={[
              { name: t("asset.version"), value: version.name },
              {
                name: t("environments.kind"),
                value: registry === undefined ? t("environments.custom") : t("environments.curated"),
              },
              { name: t("environments.image"), value: properties.image },
              { name: t("environments.os"), value: properties.osType },
              { name: t("asset.created"), value: <When at={version.systemData?.createdAt} /> },
              { name: t("asset.id"), value: version.id, copy: version.id },
            ]}
          />
        </Panel>
        <Panel title={t("environments.use")}>
          <CodeBlock text={`environment: ${reference}`} isWrapped />
        </Panel>
      </div>
    </div>
  );
}
