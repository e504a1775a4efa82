import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useEffect, type ReactNode } from "react";

const useStyles = makeStyles({
  page: {
    display: "flex",
    flexDirection: "column",
    gap: "16px",
    padding: "20px 28px 32px",
    minHeight: "100%",
    boxSizing: "border-box",
    minWidth: 0,
    "@media (max-width: 640px)": { padding: "16px" },
  },
  full: { height: "100%", paddingBottom: "20px" },
  head: { display: "flex", alignItems: "flex-start", gap: "16px", flexWrap: "wrap" },
  title: { margin: 0, lineHeight: "1.25", overflowWrap: "anywhere" },
  words: { display: "flex", flexDirection: "column", gap: "2px", flex: "1 1 auto", minWidth: 0 },
  subtitle: { color: tokens.colorNeutralForeground3 },
  commands: { display: "flex", gap: "8px", alignItems: "center", flexWrap: "wrap" },
});

export interface PageProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly badge?: ReactNode;
  readonly commands?: ReactNode;
  /** Fills the window and scrolls inside, for virtualised lists. */
  readonly isFull?: boolean;
  readonly children: ReactNode;
}

/** Title, commands and content, the same on every page; names the browser's tab too. */
export function Page({ title, subtitle, badge, commands, isFull, children }: PageProps) {
  const styles = useStyles();
  useEffect(() => {
    document.title = `${title} · Lazuli`;
  }, [title]);
  return (
    <div className={mergeClasses(styles.page, isFull === true && styles.full)}>
      <header className={styles.head}>
        <div className={styles.words}>
          <div style={{ display: "flex", gap: 14, alignItems: "center", flexWrap: "wrap" }}>
            <Text as="h1" size={600} weight="semibold" className={styles.title}>
              {title}
            </Text>
            {badge}
          </div>
          {subtitle === undefined ? undefined : <Text className={styles.subtitle}>{subtitle}</Text>}
        </div>
        {commands === undefined ? undefined : <div className={styles.commands}>{commands}</div>}
      </header>
      {children}
    </div>
  );
}
