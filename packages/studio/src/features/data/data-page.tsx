import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useDataAssets, type AssetContainer } from "../../api/assets.ts";
import { AssetList } from "../../ui/asset-list.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { DatabaseRegular } from "../../ui/icons.ts";
import { EmptyState } from "../../ui/page-state.tsx";
import { When } from "../../ui/when.tsx";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";

export function DataPage() {
  const { t } = useTranslation();
  const query = useDataAssets();
  const columns = useMemo<readonly Column<AssetContainer>[]>(
    () => [
      {
        id: "name",
        title: t("asset.name"),
        width: "minmax(220px, 2fr)",
        render: (asset) => <WorkspaceLink to={dataPath(asset)}>{asset.name}</WorkspaceLink>,
      },
      {
        id: "type",
        title: t("asset.type"),
        width: "minmax(120px, 1fr)",
        render: ({ properties }) => t([`dataType.${properties.dataType}`, properties.dataType ?? "–"]),
      },
      {
        id: "version",
        title: t("asset.latestVersion"),
        width: "minmax(110px, 0.8fr)",
        render: (asset) => asset.properties.latestVersion ?? "–",
      },
      {
        id: "description",
        title: t("asset.description"),
        width: "minmax(160px, 2fr)",
        render: (asset) => asset.properties.description ?? "",
      },
      {
        id: "created",
        title: t("asset.created"),
        width: "minmax(130px, 1fr)",
        render: (asset) => <When at={asset.systemData?.createdAt} />,
      },
    ],
    [t],
  );
  return (
    <AssetList
      title={t("nav.data")}
      subtitle={t("data.subtitle")}
      query={query}
      columns={columns}
      rowPath={dataPath}
      empty={
        <EmptyState icon={<DatabaseRegular />} title={t("data.empty")} hint={t("data.emptyHint")}>
          <CodeBlock text="./lazuli data create --name iris --type uri_file --path ./iris.csv" />
        </EmptyState>
      }
    />
  );
}

function dataPath(asset: AssetContainer): string {
  return `data/${encodeURIComponent(asset.name)}`;
}
