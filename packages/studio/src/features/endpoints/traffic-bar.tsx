import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

/** A deployment called blue looks blue. */
const NAMED: Readonly<Record<string, string>> = {
  blue: "#2F64DE",
  green: "#2B9C7A",
  red: "#C4483F",
  purple: "#7A63D8",
};
const OTHERS = ["#4A7AE8", "#D98A1F", "#7A63D8", "#B4519E"] as const;

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: "4px", minWidth: 0 },
  bar: {
    display: "flex",
    height: "8px",
    borderRadius: tokens.borderRadiusCircular,
    overflow: "hidden",
    backgroundColor: tokens.colorNeutralBackground3,
    gap: "2px",
  },
  words: { display: "flex", gap: "14px", flexWrap: "wrap", lineHeight: "16px" },
  word: { display: "inline-flex", alignItems: "center", gap: "6px", color: tokens.colorNeutralForeground2 },
  dot: { width: "8px", height: "8px", borderRadius: "50%" },
});

/** How requests are split, by colour, name and share. */
export function TrafficBar({ traffic }: { readonly traffic: Readonly<Record<string, number>> }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const shares = Object.entries(traffic).filter(([, share]) => share > 0);
  if (shares.length === 0) return <Text size={200}>{t("endpoints.noTraffic")}</Text>;
  const color = (name: string, index: number): string => NAMED[name] ?? OTHERS[index % OTHERS.length] ?? "#4A7AE8";
  return (
    <div className={styles.frame}>
      <div className={styles.bar} aria-hidden="true">
        {shares.map(([name, share], index) => (
          <div key={name} style={{ flex: `${share} 0 0`, backgroundColor: color(name, index) }} />
        ))}
      </div>
      <div className={styles.words}>
        {shares.map(([name, share], index) => (
          <Text key={name} size={200} className={styles.word}>
            <span className={styles.dot} style={{ backgroundColor: color(name, index) }} />
            {name} {share}%
          </Text>
        ))}
      </div>
    </div>
  );
}
