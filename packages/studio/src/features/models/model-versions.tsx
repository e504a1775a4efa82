import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { modelJob, type ModelVersion } from "../../api/models.ts";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { When } from "../../ui/when.tsx";

export interface ModelVersionsProps {
  readonly versions: readonly ModelVersion[];
  readonly onOpen: (version: string) => void;
}

export function ModelVersions({ versions, onOpen }: ModelVersionsProps) {
  const { t } = useTranslation();
  const columns = useMemo<readonly Column<ModelVersion>[]>(
    () => [
      { id: "version", title: t("asset.version"), width: "minmax(90px, 0.6fr)", render: (version) => version.name },
      {
        id: "type",
        title: t("asset.type"),
        width: "minmax(120px, 1fr)",
        render: ({ properties }) => t([`modelType.${properties.modelType}`, properties.modelType ?? ""]),
      },
      {
        id: "job",
        title: t("models.job"),
        width: "minmax(160px, 1.4fr)",
        render: modelJob,
      },
      {
        id: "description",
        title: t("asset.description"),
        width: "minmax(160px, 2fr)",
        render: (version) => version.properties.description ?? "",
      },
      {
        id: "created",
        title: t("asset.created"),
        width: "minmax(130px, 1fr)",
        render: (version) => <When at={version.systemData?.createdAt} />,
      },
    ],
    [t],
  );
  return (
    <DataTable
      label={t("models.tab.versions")}
      columns={columns}
      rows={versions}
      rowKey={(version) => version.id}
      onOpen={(version) => onOpen(version.name)}
      isNatural
    />
  );
}
