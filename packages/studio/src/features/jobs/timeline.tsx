import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { hasEnded, type Job } from "../../api/jobs.ts";
import { useFormat } from "../../ui/format.ts";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { useNow } from "../../ui/use-now.ts";

const TICK_MS = 200;

const useStyles = makeStyles({
  bar: {
    display: "flex",
    gap: "2px",
    height: "10px",
    borderRadius: tokens.borderRadiusCircular,
    overflow: "hidden",
    backgroundColor: tokens.colorNeutralBackground3,
    marginBottom: "14px",
  },
  part: { minWidth: "4px", transition: "flex-grow 200ms linear" },
  list: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column" },
  step: {
    display: "grid",
    gridTemplateColumns: "14px minmax(96px, 132px) minmax(0, 1fr) auto auto",
    columnGap: "12px",
    alignItems: "center",
    padding: "4px 0",
  },
  dot: { width: "9px", height: "9px", borderRadius: "50%", alignSelf: "center" },
  reason: { color: tokens.colorNeutralForeground2, overflowWrap: "anywhere" },
  time: { color: tokens.colorNeutralForeground3, fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" },
  took: { fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap", minWidth: "64px", textAlign: "right" },
  waiting: { backgroundColor: tokens.colorNeutralStroke1 },
  preparing: { backgroundColor: tokens.colorPaletteMarigoldBorderActive },
  starting: { backgroundColor: tokens.colorPaletteTealBorderActive },
  running: { backgroundColor: tokens.colorBrandBackground },
  finalizing: { backgroundColor: tokens.colorPaletteLavenderBorderActive },
  good: { backgroundColor: tokens.colorStatusSuccessForeground1 },
  bad: { backgroundColor: tokens.colorStatusDangerForeground1 },
});

type Tone = "waiting" | "preparing" | "starting" | "running" | "finalizing" | "good" | "bad";

const TONES: Readonly<Record<string, Tone>> = {
  preparing: "preparing",
  provisioning: "preparing",
  starting: "starting",
  running: "running",
  finalizing: "finalizing",
  completed: "good",
  failed: "bad",
};

interface Step {
  readonly phase: string;
  readonly reason: string;
  readonly at: number;
  readonly tookMs: number;
  readonly tone: Tone;
  readonly isLast: boolean;
}

/** Every phase of the job with its reason and how long it took; the last one grows while the job lives. */
export function Timeline({ job }: { readonly job: Job }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormat();
  const isLive = !hasEnded(job.properties.status);
  const now = useNow(isLive ? TICK_MS : false);
  const steps = toSteps(job, isLive ? now : undefined);
  if (steps.length === 0) return <Text>{t("job.timelineEmpty")}</Text>;
  return (
    <>
      <div className={styles.bar} aria-hidden="true">
        {steps
          .filter((step) => step.tookMs > 0)
          .map((step) => (
            <div
              key={`${step.at}-${step.phase}`}
              className={mergeClasses(styles.part, styles[step.tone])}
              style={{ flexGrow: step.tookMs, flexBasis: 0 }}
            />
          ))}
      </div>
      <ol className={styles.list}>
        {steps.map((step) => (
          <li key={`${step.at}-${step.phase}-${step.reason}`} className={styles.step}>
            <span className={mergeClasses(styles.dot, styles[step.tone])} />
            {step.isLast ? (
              <StatusBadge status={step.phase} />
            ) : (
              <Text weight="semibold" size={200} title={step.phase}>
                {t([`status.${step.phase}`, step.phase])}
              </Text>
            )}
            <Text size={200} className={styles.reason}>
              {step.reason}
            </Text>
            <Text size={200} className={styles.time}>
              {format.time(step.at)}
            </Text>
            <Text size={200} className={styles.took}>
              {step.isLast && !isLive ? "" : format.duration(step.tookMs)}
            </Text>
          </li>
        ))}
      </ol>
    </>
  );
}

function toSteps(job: Job, now: number | undefined): readonly Step[] {
  const { lazuli } = job.properties;
  // Node and server tell their parts in turns: the order is that of time.
  const told = (lazuli?.timeline ?? []).map(({ phase, reason, at }) => ({ phase, reason: reason ?? "", at }));
  const entries = told.toSorted((a, b) => a.at - b.at);
  const last = entries.at(-1);
  // What a queued job waits for changes without a new entry.
  if (now !== undefined && last?.phase === "Queued") last.reason = lazuli?.reason ?? last.reason;
  return entries.map((entry, index) => {
    const end = entries[index + 1]?.at ?? now ?? entry.at;
    return {
      ...entry,
      tookMs: Math.max(0, end - entry.at),
      tone: TONES[entry.phase.toLowerCase()] ?? "waiting",
      isLast: index === entries.length - 1,
    };
  });
}
