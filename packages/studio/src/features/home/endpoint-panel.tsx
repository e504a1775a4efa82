import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { useEndpoints } from "../../api/endpoints.ts";
import { LoadingState } from "../../ui/page-state.tsx";
import { Panel } from "../../ui/panel.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";

const SHOWN = 5;

const useStyles = makeStyles({
  row: {
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
    gap: "12px",
    padding: "8px 0",
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    ":first-child": { borderTop: "none" },
  },
  name: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  muted: { color: tokens.colorNeutralForeground3 },
});

export function EndpointPanel() {
  const styles = useStyles();
  const { t } = useTranslation();
  const query = useEndpoints();
  return (
    <Panel title={t("nav.endpoints")}>
      <QueryState
        query={query}
        loading={<LoadingState rowCount={2} />}
        isEmpty={(endpoints) => endpoints.length === 0}
        empty={<Text className={styles.muted}>{t("home.noEndpoints")}</Text>}
      >
        {(endpoints) => (
          <>
            {endpoints.slice(0, SHOWN).map((endpoint) => (
              <div key={endpoint.id} className={styles.row}>
                <WorkspaceLink to={`endpoints/${encodeURIComponent(endpoint.name)}`} className={styles.name}>
                  {endpoint.name}
                </WorkspaceLink>
                <StatusBadge status={endpoint.properties.provisioningState ?? "Succeeded"} />
              </div>
            ))}
          </>
        )}
      </QueryState>
    </Panel>
  );
}
