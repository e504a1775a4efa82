import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { CodeBlock } from "../ui/code-block.tsx";
import { LazuliMark } from "../ui/lazuli-mark.tsx";

const useStyles = makeStyles({
  page: {
    minHeight: "100%",
    display: "grid",
    placeItems: "center",
    padding: "24px",
    boxSizing: "border-box",
    backgroundImage: `radial-gradient(1200px 600px at 70% -10%, ${tokens.colorBrandBackground2}, transparent)`,
  },
  card: {
    display: "flex",
    flexDirection: "column",
    width: "min(460px, 100%)",
    padding: "36px",
    gap: "18px",
    boxSizing: "border-box",
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusXLarge,
    boxShadow: tokens.shadow16,
  },
  head: { display: "flex", alignItems: "center", gap: "14px" },
  muted: { color: tokens.colorNeutralForeground3 },
});

/** Signing in happens in the terminal: this page says how. */
export function SignInPage() {
  const styles = useStyles();
  const { t } = useTranslation();
  useEffect(() => {
    document.title = "Lazuli";
  }, []);
  return (
    <main className={styles.page}>
      <section className={styles.card}>
        <div className={styles.head}>
          <LazuliMark size={44} />
          <Text as="h1" size={600} weight="semibold" style={{ margin: 0 }}>
            {t("signIn.title")}
          </Text>
        </div>
        <Text>{t("signIn.how")}</Text>
        <CodeBlock text="./lazuli studio" />
        <Text size={200} className={styles.muted}>
          {t("signIn.once")}
        </Text>
      </section>
    </main>
  );
}
