import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useEndpoints } from "../../api/endpoints.ts";
import { hasEnded, jobTimes, useJobs } from "../../api/jobs.ts";
import { useModels } from "../../api/models.ts";
import {
  ArrowSyncRegular,
  BoxRegular,
  CheckmarkCircleFilled,
  CloudCubeRegular,
  ErrorCircleFilled,
} from "../../ui/icons.ts";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";

const DAY_MS = 24 * 3600 * 1000;

const useStyles = makeStyles({
  tiles: { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(150px, 1fr))", gap: "16px" },
  tile: {
    display: "flex",
    alignItems: "center",
    gap: "14px",
    padding: "14px 18px",
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow2,
    color: tokens.colorNeutralForeground1,
    ":hover": { textDecoration: "none", boxShadow: tokens.shadow4, color: tokens.colorNeutralForeground1 },
  },
  icon: {
    display: "grid",
    placeItems: "center",
    width: "40px",
    height: "40px",
    fontSize: "22px",
    borderRadius: tokens.borderRadiusLarge,
    flex: "0 0 auto",
  },
  brand: { backgroundColor: tokens.colorBrandBackground2, color: tokens.colorBrandForeground2 },
  good: { backgroundColor: tokens.colorStatusSuccessBackground1, color: tokens.colorStatusSuccessForeground1 },
  bad: { backgroundColor: tokens.colorStatusDangerBackground1, color: tokens.colorStatusDangerForeground1 },
  quiet: { backgroundColor: tokens.colorNeutralBackground3, color: tokens.colorNeutralForeground3 },
  words: { display: "flex", flexDirection: "column", minWidth: 0 },
  count: {
    fontSize: "24px",
    lineHeight: "28px",
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  label: { color: tokens.colorNeutralForeground3 },
});

type Tone = "brand" | "good" | "bad" | "quiet";

interface Tile {
  readonly to: string;
  readonly count: number | undefined;
  readonly label: string;
  readonly icon: ReactNode;
  readonly tone: Tone;
}

/** The day in five numbers, each a way into its list. */
export function DayCounts() {
  const styles = useStyles();
  const { t } = useTranslation();
  const { jobs } = useJobs();
  const endpointCount = useEndpoints().data?.length;
  const modelCount = useModels().data?.length;
  const since = Date.now() - DAY_MS;
  const today = jobs?.filter((job) => (jobTimes(job).createdAt ?? 0) >= since);
  const runningCount = jobs?.filter((job) => !hasEnded(job.properties.status)).length;
  const failedCount = today?.filter((job) => job.properties.status === "Failed").length;
  const doneCount = today?.filter((job) => job.properties.status === "Completed").length;
  const tiles: readonly Tile[] = [
    {
      to: "jobs?status=Running",
      count: runningCount,
      label: t("home.running"),
      icon: <ArrowSyncRegular />,
      tone: "brand",
    },
    {
      to: "jobs?status=Failed",
      count: failedCount,
      label: t("home.failed"),
      icon: <ErrorCircleFilled />,
      tone: failedCount === undefined || failedCount === 0 ? "quiet" : "bad",
    },
    {
      to: "jobs?status=Completed",
      count: doneCount,
      label: t("home.completed"),
      icon: <CheckmarkCircleFilled />,
      tone: "good",
    },
    { to: "models", count: modelCount, label: t("nav.models"), icon: <BoxRegular />, tone: "brand" },
    { to: "endpoints", count: endpointCount, label: t("nav.endpoints"), icon: <CloudCubeRegular />, tone: "brand" },
  ];
  return (
    <div className={styles.tiles}>
      {tiles.map((tile) => (
        <WorkspaceLink key={tile.to} to={tile.to} className={styles.tile}>
          <span className={mergeClasses(styles.icon, styles[tile.tone])}>{tile.icon}</span>
          <span className={styles.words}>
            <span className={styles.count}>{tile.count ?? "–"}</span>
            <Text size={200} className={styles.label}>
              {tile.label}
            </Text>
          </span>
        </WorkspaceLink>
      ))}
    </div>
  );
}
