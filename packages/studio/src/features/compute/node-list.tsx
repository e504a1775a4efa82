import { Text } from "@fluentui/react-components";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useComputeNodes, type ComputeNode } from "../../api/computes.ts";
import { hasEnded, useJobs, type Job } from "../../api/jobs.ts";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { ServerRegular } from "../../ui/icons.ts";
import { EmptyState } from "../../ui/page-state.tsx";
import { Panel } from "../../ui/panel.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";

/** The nodes of a compute and what each is doing, then the jobs that wait for one. */
export function NodeList({ computeName, isCluster }: { readonly computeName: string; readonly isCluster: boolean }) {
  const { t } = useTranslation();
  const query = useComputeNodes(computeName, isCluster);
  const columns = useMemo<readonly Column<ComputeNode>[]>(
    () => [
      { id: "id", title: t("compute.node"), width: "minmax(160px, 1.4fr)", render: (node) => node.nodeId },
      {
        id: "state",
        title: t("compute.state"),
        width: "minmax(120px, 0.8fr)",
        render: (node) => <StatusBadge status={capitalize(node.nodeState ?? "idle")} />,
      },
      {
        id: "job",
        title: t("compute.job"),
        width: "minmax(200px, 2fr)",
        render: ({ runId }) =>
          runId === null || runId === undefined || runId === "" ? (
            "–"
          ) : (
            <WorkspaceLink to={`jobs/${encodeURIComponent(runId)}`}>{runId}</WorkspaceLink>
          ),
      },
      {
        id: "address",
        title: t("compute.address"),
        width: "minmax(110px, 0.8fr)",
        render: (node) => node.privateIpAddress ?? "",
      },
    ],
    [t],
  );
  return (
    <>
      {isCluster ? (
        <Panel title={t("compute.nodes")} isFlush>
          <QueryState
            query={query}
            isEmpty={(nodes) => nodes.length === 0}
            empty={<EmptyState icon={<ServerRegular />} title={t("compute.noNodes")} hint={t("compute.noNodesHint")} />}
          >
            {(nodes) => (
              <DataTable
                label={t("compute.nodes")}
                columns={columns}
                rows={nodes}
                rowKey={(node) => node.nodeId}
                isNatural
                isPlain
              />
            )}
          </QueryState>
        </Panel>
      ) : undefined}
      <ActiveJobs computeName={computeName} />
    </>
  );
}

function ActiveJobs({ computeName }: { readonly computeName: string }) {
  const { t } = useTranslation();
  const { jobs = [] } = useJobs();
  const active = jobs.filter((job) => !hasEnded(job.properties.status) && runsOn(job, computeName));
  return (
    <Panel title={t("compute.activeJobs")}>
      {active.length === 0 ? <Text>{t("compute.noJobs")}</Text> : undefined}
      {active.map((job) => (
        <div key={job.id} style={{ display: "flex", justifyContent: "space-between", gap: 12, padding: "6px 0" }}>
          <WorkspaceLink to={`jobs/${encodeURIComponent(job.name)}`}>
            {job.properties.displayName ?? job.name}
          </WorkspaceLink>
          <StatusBadge status={job.properties.status ?? "NotStarted"} />
        </div>
      ))}
    </Panel>
  );
}

function runsOn(job: Job, computeName: string): boolean {
  return job.properties.computeId?.split("/").at(-1)?.toLowerCase() === computeName.toLowerCase();
}

function capitalize(state: string): string {
  return state.charAt(0).toUpperCase() + state.slice(1);
}
