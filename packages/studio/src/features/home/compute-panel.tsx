import { makeStyles, ProgressBar, Text, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { useComputes, type Compute } from "../../api/computes.ts";
import { LoadingState } from "../../ui/page-state.tsx";
import { Panel } from "../../ui/panel.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";

const SHOWN = 5;

const useStyles = makeStyles({
  row: {
    display: "flex",
    flexDirection: "column",
    gap: "6px",
    padding: "9px 0",
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    ":first-child": { borderTop: "none" },
  },
  head: { display: "flex", justifyContent: "space-between", gap: "12px" },
  muted: { color: tokens.colorNeutralForeground3 },
});

/** Where jobs can run, and how much of it is in use. */
export function ComputePanel() {
  const styles = useStyles();
  const { t } = useTranslation();
  const query = useComputes();
  return (
    <Panel title={t("nav.compute")}>
      <QueryState
        query={query}
        loading={<LoadingState rowCount={2} />}
        isEmpty={(computes) => computes.length === 0}
        empty={<Text className={styles.muted}>{t("compute.empty")}</Text>}
      >
        {(computes) => (
          <>
            {computes.slice(0, SHOWN).map((compute) => (
              <ComputeRow key={compute.id} compute={compute} />
            ))}
          </>
        )}
      </QueryState>
    </Panel>
  );
}

function ComputeRow({ compute }: { readonly compute: Compute }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const own = compute.properties.properties;
  const nodeCountMax = own?.scaleSettings?.maxNodeCount ?? 1;
  const busyCount = own?.nodeStateCounts?.runningNodeCount ?? 0;
  return (
    <div className={styles.row}>
      <div className={styles.head}>
        <WorkspaceLink to={`compute/${encodeURIComponent(compute.name)}`}>{compute.name}</WorkspaceLink>
        <Text size={200} className={styles.muted}>
          {own?.scaleSettings === null || own?.scaleSettings === undefined
            ? t([`computeType.${compute.properties.computeType}`, compute.properties.computeType ?? ""])
            : t("compute.busyOf", { busy: busyCount, max: nodeCountMax })}
        </Text>
      </div>
      {own?.scaleSettings === null || own?.scaleSettings === undefined ? undefined : (
        <ProgressBar value={busyCount} max={Math.max(1, nodeCountMax)} thickness="large" aria-label={compute.name} />
      )}
    </div>
  );
}
