import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  panel: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    boxShadow: tokens.shadow2,
    minWidth: 0,
    display: "flex",
    flexDirection: "column",
  },
  head: {
    display: "flex",
    alignItems: "center",
    gap: "12px",
    padding: "14px 18px 0",
    minHeight: "32px",
  },
  title: { margin: 0, flex: "1 1 auto" },
  body: { padding: "12px 18px 16px", minWidth: 0, flex: "1 1 auto" },
  flush: { padding: 0 },
  compactHead: { padding: "10px 12px 0", minHeight: "24px", gap: "8px" },
  compactBody: { padding: "6px 12px 10px" },
  ellipsis: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  fill: { flex: "1 1 auto", minHeight: 0 },
});

export interface PanelProps {
  readonly title?: string;
  readonly commands?: ReactNode;
  /** No padding, for lists that reach the edge. */
  readonly isFlush?: boolean;
  /** Takes the height that is left. */
  readonly isFill?: boolean;
  /** Small title and margins, for one of many. */
  readonly isCompact?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Panel({ title, commands, isFlush, isFill, isCompact, className, children }: PanelProps) {
  const styles = useStyles();
  const fill = isFill === true && styles.fill;
  return (
    <section className={mergeClasses(styles.panel, fill, className)} aria-label={title}>
      {title === undefined ? undefined : (
        <div className={mergeClasses(styles.head, isCompact === true && styles.compactHead)}>
          <Text
            as="h2"
            size={isCompact === true ? 200 : 400}
            weight="semibold"
            className={mergeClasses(styles.title, isCompact === true && styles.ellipsis)}
            title={title}
          >
            {title}
          </Text>
          {commands}
        </div>
      )}
      <div
        className={mergeClasses(
          styles.body,
          isCompact === true && styles.compactBody,
          isFlush === true && styles.flush,
          fill,
        )}
      >
        {children}
      </div>
    </section>
  );
}
