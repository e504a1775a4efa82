import { makeStyles, tokens } from "@fluentui/react-components";
import { Fragment, type ReactNode } from "react";

import { CopyButton } from "./copy-button.tsx";

const LONG_TEXT = 56;

const useStyles = makeStyles({
  list: {
    display: "grid",
    gridTemplateColumns: "fit-content(42%) minmax(0, 1fr)",
    columnGap: "20px",
    rowGap: "10px",
    margin: 0,
  },
  name: { color: tokens.colorNeutralForeground3, paddingTop: "2px" },
  value: {
    margin: 0,
    minWidth: 0,
    overflowWrap: "anywhere",
    display: "flex",
    alignItems: "flex-start",
    gap: "4px",
    minHeight: "24px",
    paddingTop: "2px",
    boxSizing: "border-box",
  },
  copy: { marginTop: "-4px" },
  long: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: "12px",
    lineHeight: "18px",
    display: "-webkit-box",
    WebkitLineClamp: 3,
    WebkitBoxOrient: "vertical",
    overflow: "hidden",
  },
});

export interface Fact {
  readonly name: string;
  /** Left out when `undefined`. */
  readonly value: ReactNode;
  readonly copy?: string;
}

/** Names and values, one a line. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  const styles = useStyles();
  const shown = facts.filter(({ value }) => value !== undefined && value !== null && value !== "");
  return (
    <dl className={styles.list}>
      {shown.map(({ name, value, copy }) => (
        <Fragment key={name}>
          <dt className={styles.name}>{name}</dt>
          <dd className={styles.value}>
            {isLong(value) ? (
              <span className={styles.long} title={value}>
                {value}
              </span>
            ) : (
              <span>{value}</span>
            )}
            {copy === undefined ? undefined : (
              <span className={styles.copy}>
                <CopyButton text={copy} />
              </span>
            )}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** Ids and addresses: there to be copied, not read. */
function isLong(value: ReactNode): value is string {
  return typeof value === "string" && value.length > LONG_TEXT && !value.includes(" ");
}
