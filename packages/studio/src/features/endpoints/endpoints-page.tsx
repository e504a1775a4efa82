import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useEndpoints, type Endpoint } from "../../api/endpoints.ts";
import { AssetList } from "../../ui/asset-list.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { CloudCubeRegular } from "../../ui/icons.ts";
import { EmptyState } from "../../ui/page-state.tsx";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { When } from "../../ui/when.tsx";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";
import { TrafficBar } from "./traffic-bar.tsx";

export function EndpointsPage() {
  const { t } = useTranslation();
  const query = useEndpoints();
  const columns = useMemo<readonly Column<Endpoint>[]>(
    () => [
      {
        id: "name",
        title: t("asset.name"),
        width: "minmax(200px, 1.6fr)",
        render: (endpoint) => <WorkspaceLink to={endpointPath(endpoint)}>{endpoint.name}</WorkspaceLink>,
      },
      {
        id: "state",
        title: t("endpoints.state"),
        width: "minmax(130px, 0.8fr)",
        render: (endpoint) => <StatusBadge status={endpoint.properties.provisioningState ?? "Succeeded"} />,
      },
      {
        id: "traffic",
        title: t("endpoints.traffic"),
        width: "minmax(180px, 1.4fr)",
        render: (endpoint) => <TrafficBar traffic={endpoint.properties.traffic ?? {}} />,
      },
      {
        id: "auth",
        title: t("endpoints.auth"),
        width: "minmax(90px, 0.6fr)",
        render: (endpoint) => t([`authMode.${endpoint.properties.authMode}`, endpoint.properties.authMode ?? ""]),
      },
      {
        id: "created",
        title: t("asset.created"),
        width: "minmax(130px, 0.8fr)",
        render: (endpoint) => <When at={endpoint.systemData?.createdAt} />,
      },
    ],
    [t],
  );
  return (
    <AssetList
      title={t("nav.endpoints")}
      subtitle={t("endpoints.subtitle")}
      query={query}
      columns={columns}
      rowPath={endpointPath}
      empty={
        <EmptyState icon={<CloudCubeRegular />} title={t("endpoints.empty")} hint={t("endpoints.emptyHint")}>
          <CodeBlock
            text={
              "./lazuli online-endpoint create --name iris\n./lazuli online-deployment create --endpoint-name iris --name blue -f deployment.yml --all-traffic"
            }
          />
        </EmptyState>
      }
    />
  );
}

function endpointPath(endpoint: Endpoint): string {
  return `endpoints/${encodeURIComponent(endpoint.name)}`;
}
