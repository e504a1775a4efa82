import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { memo, type ReactNode } from "react";

import { parseAnsi, type AnsiSpan } from "./ansi.ts";

const useStyles = makeStyles({
  line: { display: "flex", paddingRight: "16px", ":hover": { backgroundColor: "#ffffff0d" } },
  current: { backgroundColor: "#2f64de4d" },
  number: {
    flex: "0 0 52px",
    textAlign: "right",
    paddingRight: "16px",
    color: "#5d6883",
    userSelect: "none",
    fontVariantNumeric: "tabular-nums",
  },
  text: { whiteSpace: "pre", tabSize: 4 },
  wrapped: { whiteSpace: "pre-wrap", overflowWrap: "anywhere", flex: "1 1 auto", minWidth: 0 },
  bold: { fontWeight: tokens.fontWeightBold },
  dim: { opacity: 0.65 },
  mark: { backgroundColor: "#f3c64b", color: "#12182a", borderRadius: "2px" },
});

const COLORS: Readonly<Record<string, string>> = {
  black: "#6b7690",
  red: "#ff7b86",
  green: "#7ddc9a",
  yellow: "#f3d06b",
  blue: "#7fa8ff",
  magenta: "#d79bf5",
  cyan: "#6fd6e3",
  white: "#e6e9f2",
  "bright-black": "#8791aa",
  "bright-red": "#ff9aa3",
  "bright-green": "#9bf0b4",
  "bright-yellow": "#ffe08a",
  "bright-blue": "#a3c1ff",
  "bright-magenta": "#e7bdff",
  "bright-cyan": "#97ecf5",
  "bright-white": "#ffffff",
};

export interface LogLineProps {
  readonly number: number;
  readonly line: string;
  readonly query: string;
  readonly isCurrent: boolean;
  readonly isWrapped: boolean;
}

export const LogLine = memo(function LogLine({ number, line, query, isCurrent, isWrapped }: LogLineProps) {
  const styles = useStyles();
  return (
    <div className={mergeClasses(styles.line, isCurrent && styles.current)}>
      <span className={styles.number}>{number}</span>
      <span className={mergeClasses(styles.text, isWrapped && styles.wrapped)}>
        {parseAnsi(line).map((span, index) => (
          // Spans of one line never move.
          // oxlint-disable-next-line react/no-array-index-key
          <Span key={index} span={span} query={query} />
        ))}
      </span>
    </div>
  );
});

function Span({ span, query }: { readonly span: AnsiSpan; readonly query: string }) {
  const styles = useStyles();
  const color = span.color === undefined ? undefined : (COLORS[span.color] ?? span.color);
  return (
    <span className={mergeClasses(span.isBold && styles.bold, span.isDim && styles.dim)} style={{ color }}>
      {query === "" ? span.text : highlight(span.text, query, styles.mark)}
    </span>
  );
}

function highlight(text: string, query: string, className: string): ReactNode[] {
  const lower = text.toLowerCase();
  const wanted = query.toLowerCase();
  const parts: ReactNode[] = [];
  let position = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, position)) {
    parts.push(
      text.slice(position, at),
      <mark key={at} className={className}>
        {text.slice(at, at + wanted.length)}
      </mark>,
    );
    position = at + wanted.length;
  }
  return [...parts, text.slice(position)];
}
