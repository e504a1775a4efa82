import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { useDeployments, type Deployment, type Endpoint } from "../../api/endpoints.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Facts } from "../../ui/facts.tsx";
import { RocketRegular } from "../../ui/icons.ts";
import { EmptyState } from "../../ui/page-state.tsx";
import { Panel } from "../../ui/panel.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { When } from "../../ui/when.tsx";
import { KeysPanel } from "./keys-panel.tsx";
import { TrafficBar } from "./traffic-bar.tsx";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 1080px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  column: { display: "flex", flexDirection: "column", gap: "16px", minWidth: 0 },
  share: { color: tokens.colorNeutralForeground3, whiteSpace: "nowrap" },
});

export function DetailsTab({ endpoint }: { readonly endpoint: Endpoint }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const { properties } = endpoint;
  return (
    <div className={styles.grid}>
      <div className={styles.column}>
        <Panel title={t("endpoints.attributes")}>
          <Facts
            facts={[
              {
                name: t("endpoints.scoringUri"),
                value: properties.scoringUri,
                copy: properties.scoringUri ?? "",
              },
              { name: t("endpoints.auth"), value: t([`authMode.${properties.authMode}`, properties.authMode ?? ""]) },
              { name: t("endpoints.swaggerUri"), value: properties.swaggerUri },
              { name: t("asset.created"), value: <When at={endpoint.systemData?.createdAt} /> },
              { name: t("asset.createdBy"), value: endpoint.systemData?.createdBy },
              { name: t("asset.id"), value: endpoint.id, copy: endpoint.id },
            ]}
          />
        </Panel>
        {properties.authMode?.toLowerCase() === "key" ? <KeysPanel endpointName={endpoint.name} /> : undefined}
      </div>
      <div className={styles.column}>
        <Panel title={t("endpoints.traffic")}>
          <TrafficBar traffic={properties.traffic ?? {}} />
        </Panel>
        <Deployments endpoint={endpoint} />
      </div>
    </div>
  );
}

function Deployments({ endpoint }: { readonly endpoint: Endpoint }) {
  const { t } = useTranslation();
  const query = useDeployments(endpoint.name);
  const empty = (
    <Panel title={t("endpoints.deployments")}>
      <EmptyState icon={<RocketRegular />} title={t("endpoints.noDeployments")} hint={t("endpoints.noDeploymentsHint")}>
        <CodeBlock
          text={`./lazuli online-deployment create --endpoint-name ${endpoint.name} --name blue -f deployment.yml --all-traffic`}
        />
      </EmptyState>
    </Panel>
  );
  return (
    <QueryState query={query} isEmpty={(deployments) => deployments.length === 0} empty={empty}>
      {(deployments) => (
        <>
          {deployments.map((deployment) => (
            <DeploymentPanel
              key={deployment.id}
              deployment={deployment}
              share={endpoint.properties.traffic?.[deployment.name] ?? 0}
            />
          ))}
        </>
      )}
    </QueryState>
  );
}

function DeploymentPanel({ deployment, share }: { readonly deployment: Deployment; readonly share: number }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const { properties } = deployment;
  return (
    <Panel
      title={deployment.name}
      commands={
        <>
          <Text size={200} className={styles.share}>
            {t("endpoints.share", { share })}
          </Text>
          <StatusBadge status={properties.provisioningState ?? "Succeeded"} />
        </>
      }
    >
      <Facts
        facts={[
          { name: t("endpoints.model"), value: assetLabel(properties.model) },
          { name: t("endpoints.environment"), value: assetLabel(properties.environmentId) },
          { name: t("endpoints.script"), value: properties.codeConfiguration?.scoringScript },
          { name: t("endpoints.instances"), value: deployment.sku?.capacity },
          { name: t("endpoints.instanceType"), value: properties.instanceType },
          { name: t("asset.description"), value: properties.description },
          { name: t("asset.created"), value: <When at={deployment.systemData?.createdAt} /> },
        ]}
      />
    </Panel>
  );
}

function assetLabel(id: string | null | undefined): string | undefined {
  const [, name, kind, which] = /\/([^/]+)\/(versions|labels)\/([^/]+)$/.exec(id ?? "") ?? [];
  if (name === undefined) return id ?? undefined;
  return `${name}${kind === "labels" ? "@" : ":"}${which}`;
}
