import { Dropdown, makeStyles, Option } from "@fluentui/react-components";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useDeploymentLogs, useDeployments, type Endpoint } from "../../api/endpoints.ts";
import { RocketRegular } from "../../ui/icons.ts";
import { LogView } from "../../ui/log-view.tsx";
import { EmptyState } from "../../ui/page-state.tsx";
import { QueryState } from "../../ui/query-state.tsx";

const CONTAINERS = ["InferenceServer", "StorageInitializer"] as const;

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: "10px", height: "100%", minHeight: "360px" },
  bar: { display: "flex", gap: "10px", flexWrap: "wrap" },
  view: { flex: "1 1 auto", minHeight: 0 },
});

export function LogsTab({ endpoint }: { readonly endpoint: Endpoint }) {
  const { t } = useTranslation();
  const query = useDeployments(endpoint.name);
  return (
    <QueryState
      query={query}
      isEmpty={(deployments) => deployments.length === 0}
      empty={
        <EmptyState
          icon={<RocketRegular />}
          title={t("endpoints.noDeployments")}
          hint={t("endpoints.noDeploymentsHint")}
        />
      }
    >
      {(deployments) => <DeploymentLogs endpointName={endpoint.name} names={deployments.map(({ name }) => name)} />}
    </QueryState>
  );
}

function DeploymentLogs({ endpointName, names }: { readonly endpointName: string; readonly names: readonly string[] }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(names[0]);
  const [container, setContainer] = useState<string>(CONTAINERS[0]);
  const logs = useDeploymentLogs(endpointName, chosen, container);
  return (
    <div className={styles.frame}>
      <div className={styles.bar}>
        <Dropdown
          size="small"
          aria-label={t("endpoints.deployment")}
          value={chosen ?? ""}
          selectedOptions={[chosen ?? ""]}
          onOptionSelect={(_, data) => setChosen(data.optionValue)}
        >
          {names.map((name) => (
            <Option key={name} value={name}>
              {name}
            </Option>
          ))}
        </Dropdown>
        <Dropdown
          size="small"
          aria-label={t("endpoints.container")}
          value={t(`endpoints.containers.${container}`)}
          selectedOptions={[container]}
          onOptionSelect={(_, data) => setContainer(data.optionValue ?? CONTAINERS[0])}
        >
          {CONTAINERS.map((each) => (
            <Option key={each} value={each}>
              {t(`endpoints.containers.${each}`)}
            </Option>
          ))}
        </Dropdown>
      </div>
      <div className={styles.view}>
        <QueryState query={logs}>
          {(text) => <LogView text={text} isLive={false} waitingText={t("endpoints.noLogs")} />}
        </QueryState>
      </div>
    </div>
  );
}
