import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { useCompute, type Compute } from "../../api/computes.ts";
import { Facts } from "../../ui/facts.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { computeStatus } from "./computes-page.tsx";
import { NodeList } from "./node-list.tsx";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(300px, 400px)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 1080px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  counts: { display: "flex", gap: "32px", flexWrap: "wrap" },
  count: { display: "flex", flexDirection: "column" },
  number: {
    fontSize: "24px",
    lineHeight: "30px",
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  muted: { color: tokens.colorNeutralForeground3 },
  column: { display: "flex", flexDirection: "column", gap: "16px", minWidth: 0 },
});

export function ComputePage() {
  const { name = "" } = useParams();
  const { t } = useTranslation();
  const query = useCompute(name);
  const compute = query.data;
  const type = compute?.properties.computeType;
  return (
    <Page
      title={name}
      subtitle={compute?.properties.description ?? t([`computeType.${type}`, "compute.one"])}
      badge={compute === undefined ? undefined : <StatusBadge status={computeStatus(compute)} isLarge />}
    >
      <QueryState query={query}>{(loaded) => <ComputeBody compute={loaded} />}</QueryState>
    </Page>
  );
}

function ComputeBody({ compute }: { readonly compute: Compute }) {
  const styles = useStyles();
  const isCluster = compute.properties.computeType === "AmlCompute";
  return (
    <div className={styles.grid}>
      <div className={styles.column}>
        {isCluster ? <NodeCounts compute={compute} /> : undefined}
        <NodeList computeName={compute.name} isCluster={isCluster} />
      </div>
      <ComputeFacts compute={compute} />
    </div>
  );
}

const COUNTS = [
  ["Running", "runningNodeCount"],
  ["Idle", "idleNodeCount"],
  ["Preparing", "preparingNodeCount"],
  ["Leaving", "leavingNodeCount"],
  ["Unusable", "unusableNodeCount"],
] as const;

function NodeCounts({ compute }: { readonly compute: Compute }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const counts = compute.properties.properties?.nodeStateCounts;
  return (
    <Panel title={t("compute.nodeCounts")}>
      <div className={styles.counts}>
        {COUNTS.map(([state, field]) => (
          <div key={state} className={styles.count}>
            <span className={styles.number}>{counts?.[field] ?? 0}</span>
            <Text size={200} className={styles.muted}>
              {t(`status.${state}`)}
            </Text>
          </div>
        ))}
      </div>
    </Panel>
  );
}

function ComputeFacts({ compute }: { readonly compute: Compute }) {
  const { t } = useTranslation();
  const own = compute.properties.properties;
  const scale = own?.scaleSettings;
  return (
    <Panel title={t("asset.details")}>
      <Facts
        facts={[
          {
            name: t("asset.type"),
            value: t([`computeType.${compute.properties.computeType}`, compute.properties.computeType ?? ""]),
          },
          { name: t("compute.size"), value: own?.vmSize },
          { name: t("compute.priority"), value: own?.vmPriority },
          { name: t("compute.minNodes"), value: scale?.minNodeCount },
          { name: t("compute.maxNodes"), value: scale?.maxNodeCount },
          { name: t("compute.idleTime"), value: renderIdleTime(scale?.nodeIdleTimeBeforeScaleDown, t) },
          { name: t("compute.location"), value: compute.location },
          { name: t("asset.id"), value: compute.id, copy: compute.id },
        ]}
      />
    </Panel>
  );
}

/** `PT120S` as words; other forms as they are. */
function renderIdleTime(
  time: string | null | undefined,
  t: (key: string, values: Record<string, unknown>) => string,
): string | undefined {
  const match = /^PT(?:(\d+)M)?(?:(\d+)S)?$/.exec(time ?? "");
  if (match === null) return time ?? undefined;
  return t("compute.seconds", { count: Number(match[1] ?? 0) * 60 + Number(match[2] ?? 0) });
}
