import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useModels, type ModelContainer } from "../../api/models.ts";
import { AssetList } from "../../ui/asset-list.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { BoxRegular } from "../../ui/icons.ts";
import { EmptyState } from "../../ui/page-state.tsx";
import { When } from "../../ui/when.tsx";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";

export function ModelsPage() {
  const { t } = useTranslation();
  const query = useModels();
  const columns = useMemo<readonly Column<ModelContainer>[]>(
    () => [
      {
        id: "name",
        title: t("asset.name"),
        width: "minmax(220px, 2fr)",
        render: (model) => <WorkspaceLink to={modelPath(model)}>{model.name}</WorkspaceLink>,
      },
      {
        id: "version",
        title: t("asset.latestVersion"),
        width: "minmax(110px, 0.8fr)",
        render: (model) => model.properties.latestVersion ?? "–",
      },
      {
        id: "description",
        title: t("asset.description"),
        width: "minmax(160px, 2fr)",
        render: (model) => model.properties.description ?? "",
      },
      {
        id: "created",
        title: t("asset.created"),
        width: "minmax(130px, 1fr)",
        render: (model) => <When at={model.systemData?.createdAt} />,
      },
    ],
    [t],
  );
  return (
    <AssetList
      title={t("nav.models")}
      subtitle={t("models.subtitle")}
      query={query}
      columns={columns}
      rowPath={modelPath}
      empty={
        <EmptyState icon={<BoxRegular />} title={t("models.empty")} hint={t("models.emptyHint")}>
          <CodeBlock text="./lazuli model create --name iris --type mlflow_model --path azureml://jobs/<job>/outputs/artifacts/paths/model" />
        </EmptyState>
      }
    />
  );
}

function modelPath(model: ModelContainer): string {
  return `models/${encodeURIComponent(model.name)}`;
}
