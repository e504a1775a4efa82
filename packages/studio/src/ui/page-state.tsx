import { Button, makeStyles, mergeClasses, Skeleton, SkeletonItem, Text, tokens } from "@fluentui/react-components";
import { PlatformError } from "@lazuli/contract/errors.ts";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ArrowClockwiseRegular, ErrorCircleFilled } from "./icons.ts";

const useStyles = makeStyles({
  center: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    textAlign: "center",
    gap: "10px",
    padding: "56px 24px",
    maxWidth: "640px",
    margin: "0 auto",
  },
  icon: { fontSize: "44px", color: tokens.colorBrandForeground1, display: "inline-flex", opacity: 0.85 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  muted: { color: tokens.colorNeutralForeground3 },
  rows: { display: "flex", flexDirection: "column", gap: "14px", padding: "16px 0" },
  action: { marginTop: "10px", width: "100%", textAlign: "left" },
});

export function LoadingState({ rowCount = 6 }: { readonly rowCount?: number }) {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <Skeleton aria-label={t("common.loading")} className={styles.rows}>
      {Array.from({ length: rowCount }, (_, row) => (
        <SkeletonItem key={row} size={20} style={{ width: `${96 - ((row * 7) % 24)}%` }} />
      ))}
    </Skeleton>
  );
}

export interface EmptyStateProps {
  readonly icon: ReactNode;
  readonly title: string;
  /** What to do so that it is not empty any more. */
  readonly hint: string;
  readonly children?: ReactNode;
}

export function EmptyState({ icon, title, hint, children }: EmptyStateProps) {
  const styles = useStyles();
  return (
    <div className={styles.center}>
      <span className={styles.icon}>{icon}</span>
      <Text as="h2" size={500} weight="semibold" style={{ margin: 0 }}>
        {title}
      </Text>
      <Text className={styles.muted}>{hint}</Text>
      {children === undefined ? undefined : <div className={styles.action}>{children}</div>}
    </div>
  );
}

export function FailedState({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const code = error instanceof PlatformError ? (error.azureCode ?? error.code) : "Internal";
  return (
    <div className={styles.center} role="alert">
      <span className={mergeClasses(styles.icon, styles.bad)}>
        <ErrorCircleFilled />
      </span>
      <Text as="h2" size={500} weight="semibold" style={{ margin: 0 }}>
        {t("failed.title")}
      </Text>
      <Text>{error instanceof Error ? error.message : String(error)}</Text>
      <Text size={200} font="monospace" className={styles.muted}>
        {code}
      </Text>
      {onRetry === undefined ? undefined : (
        <Button icon={<ArrowClockwiseRegular />} onClick={onRetry}>
          {t("common.retry")}
        </Button>
      )}
    </div>
  );
}
