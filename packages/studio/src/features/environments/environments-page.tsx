import { Badge } from "@fluentui/react-components";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useEnvironments, type AssetContainer } from "../../api/assets.ts";
import { AssetList } from "../../ui/asset-list.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { LayerRegular } from "../../ui/icons.ts";
import { EmptyState } from "../../ui/page-state.tsx";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";

type Row = AssetContainer & { readonly isCurated: boolean };

export function EnvironmentsPage() {
  const { t } = useTranslation();
  const query = useEnvironments();
  const columns = useMemo<readonly Column<Row>[]>(
    () => [
      {
        id: "name",
        title: t("asset.name"),
        width: "minmax(220px, 2fr)",
        render: (row) => <WorkspaceLink to={environmentPath(row)}>{row.name}</WorkspaceLink>,
      },
      {
        id: "kind",
        title: t("environments.kind"),
        width: "minmax(140px, 0.9fr)",
        render: (row) => (
          <Badge appearance="tint" color={row.isCurated ? "brand" : "informative"}>
            {row.isCurated ? t("environments.curated") : t("environments.custom")}
          </Badge>
        ),
      },
      {
        id: "version",
        title: t("asset.latestVersion"),
        width: "minmax(110px, 0.8fr)",
        render: (row) => row.properties.latestVersion ?? "–",
      },
      {
        id: "description",
        title: t("asset.description"),
        width: "minmax(200px, 2.4fr)",
        render: (row) => row.properties.description ?? "",
      },
    ],
    [t],
  );
  return (
    <AssetList
      title={t("nav.environments")}
      subtitle={t("environments.subtitle")}
      query={query}
      columns={columns}
      rowPath={environmentPath}
      empty={
        <EmptyState icon={<LayerRegular />} title={t("environments.empty")} hint={t("environments.emptyHint")}>
          <CodeBlock text="./lazuli environment create --name my-env --conda-file conda.yml --image python:3.11" />
        </EmptyState>
      }
    />
  );
}

function environmentPath(row: Row): string {
  return `environments/${encodeURIComponent(row.name)}?from=${encodeURIComponent(row.id)}`;
}
