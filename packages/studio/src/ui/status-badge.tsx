import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import {
  ArrowSyncRegular,
  CheckmarkCircleFilled,
  ClockRegular,
  ErrorCircleFilled,
  HourglassHalfRegular,
  ProhibitedRegular,
  WarningFilled,
} from "./icons.ts";

type Tone = "good" | "busy" | "waiting" | "bad" | "ended" | "warning";

const TONES: Readonly<Record<string, Tone>> = {
  completed: "good",
  succeeded: "good",
  finished: "good",
  idle: "good",
  running: "busy",
  starting: "busy",
  preparing: "busy",
  provisioning: "busy",
  creating: "busy",
  updating: "busy",
  resizing: "busy",
  finalizing: "busy",
  notstarted: "waiting",
  queued: "waiting",
  steady: "good",
  stopped: "ended",
  leaving: "waiting",
  deleting: "waiting",
  cancelrequested: "waiting",
  failed: "bad",
  unusable: "bad",
  notresponding: "warning",
  paused: "warning",
  canceled: "ended",
  preempted: "warning",
};

const useStyles = makeStyles({
  badge: {
    display: "inline-flex",
    verticalAlign: "middle",
    alignItems: "center",
    gap: "6px",
    fontWeight: tokens.fontWeightSemibold,
    whiteSpace: "nowrap",
    fontSize: tokens.fontSizeBase200,
  },
  icon: { display: "inline-flex", fontSize: "16px" },
  spin: {
    animationName: { from: { transform: "rotate(0deg)" }, to: { transform: "rotate(360deg)" } },
    animationDuration: "1.6s",
    animationIterationCount: "infinite",
    animationTimingFunction: "linear",
  },
  large: { fontSize: tokens.fontSizeBase300 },
  good: { color: tokens.colorStatusSuccessForeground1 },
  busy: { color: tokens.colorBrandForeground1 },
  waiting: { color: tokens.colorNeutralForeground2 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  warning: { color: tokens.colorStatusWarningForeground1 },
  ended: { color: tokens.colorNeutralForeground3 },
});

const ICONS: Readonly<Record<Tone, ReactNode>> = {
  good: <CheckmarkCircleFilled />,
  busy: <ArrowSyncRegular />,
  waiting: <ClockRegular />,
  bad: <ErrorCircleFilled />,
  warning: <WarningFilled />,
  ended: <ProhibitedRegular />,
};

/** A status in words, colour and shape: never by colour alone. The title is the API's own word. */
export function StatusBadge({ status, isLarge }: { readonly status: string; readonly isLarge?: boolean }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation();
  const tone = TONES[status.toLowerCase()] ?? "waiting";
  const key = `status.${status}`;
  const label = i18n.exists(key) ? t(key) : status;
  return (
    <span className={mergeClasses(styles.badge, styles[tone], isLarge === true && styles.large)} title={status}>
      <span className={mergeClasses(styles.icon, tone === "busy" && styles.spin)}>
        {status === "NotStarted" ? <HourglassHalfRegular /> : ICONS[tone]}
      </span>
      {label}
    </span>
  );
}
