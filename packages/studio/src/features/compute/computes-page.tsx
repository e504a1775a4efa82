import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useComputes, type Compute } from "../../api/computes.ts";
import { AssetList } from "../../ui/asset-list.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { ServerRegular } from "../../ui/icons.ts";
import { EmptyState } from "../../ui/page-state.tsx";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";

export function ComputesPage() {
  const { t } = useTranslation();
  const query = useComputes();
  const columns = useMemo<readonly Column<Compute>[]>(
    () => [
      {
        id: "name",
        title: t("asset.name"),
        width: "minmax(200px, 1.6fr)",
        render: (compute) => <WorkspaceLink to={computePath(compute)}>{compute.name}</WorkspaceLink>,
      },
      {
        id: "type",
        title: t("asset.type"),
        width: "minmax(170px, 1.2fr)",
        render: ({ properties }) => t([`computeType.${properties.computeType}`, properties.computeType ?? ""]),
      },
      {
        id: "state",
        title: t("compute.state"),
        width: "minmax(130px, 1fr)",
        render: (compute) => <StatusBadge status={computeStatus(compute)} />,
      },
      {
        id: "nodes",
        title: t("compute.nodes"),
        width: "minmax(150px, 1fr)",
        render: (compute) => nodeText(compute, t),
      },
      {
        id: "size",
        title: t("compute.size"),
        width: "minmax(130px, 1fr)",
        render: (compute) => compute.properties.properties?.vmSize ?? "",
      },
    ],
    [t],
  );
  return (
    <AssetList
      title={t("nav.compute")}
      subtitle={t("compute.subtitle")}
      query={query}
      columns={columns}
      rowPath={computePath}
      empty={
        <EmptyState icon={<ServerRegular />} title={t("compute.empty")} hint={t("compute.emptyHint")}>
          <CodeBlock text="./lazuli compute create --name cpu-cluster --type AmlCompute --min-instances 0 --max-instances 4" />
        </EmptyState>
      }
    />
  );
}

function computePath(compute: Compute): string {
  return `compute/${encodeURIComponent(compute.name)}`;
}

export function computeStatus(compute: Compute): string {
  const { properties } = compute;
  const state = properties.provisioningState ?? "Succeeded";
  if (state !== "Succeeded") return state;
  return properties.properties?.state ?? properties.properties?.allocationState ?? state;
}

function nodeText(compute: Compute, t: (key: string, values: Record<string, unknown>) => string): string {
  const own = compute.properties.properties;
  const nodeCountMax = own?.scaleSettings?.maxNodeCount;
  if (nodeCountMax === null || nodeCountMax === undefined) return "";
  return t("compute.nodesOf", { count: own?.currentNodeCount ?? 0, max: nodeCountMax });
}
