import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

const LINE_HEIGHT = 20;

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: "8px" },
  editor: {
    display: "flex",
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
    overflow: "hidden",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: "13px",
    lineHeight: `${LINE_HEIGHT}px`,
    ":focus-within": { outline: `2px solid ${tokens.colorBrandStroke1}`, outlineOffset: "-1px" },
  },
  bad: { border: `1px solid ${tokens.colorStatusDangerBorder1}` },
  numbers: {
    padding: "10px 8px 10px 12px",
    textAlign: "right",
    color: tokens.colorNeutralForeground4,
    backgroundColor: tokens.colorNeutralBackground2,
    userSelect: "none",
    overflow: "hidden",
    whiteSpace: "pre",
    minWidth: "22px",
  },
  text: {
    flex: "1 1 auto",
    border: "none",
    outlineStyle: "none",
    resize: "vertical",
    padding: "10px 12px",
    font: "inherit",
    lineHeight: "inherit",
    color: tokens.colorNeutralForeground1,
    backgroundColor: "transparent",
    minHeight: "240px",
    boxSizing: "border-box",
    whiteSpace: "pre",
    overflow: "auto",
    tabSize: 2,
  },
  foot: { display: "flex", alignItems: "center", gap: "12px", minHeight: "24px" },
  error: { color: tokens.colorStatusDangerForeground1, flex: "1 1 auto" },
});

export interface JsonEditorProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onSubmit: () => void;
}

/** What is wrong with JSON text, in the parser's words; `undefined` when nothing is. */
export function findJsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A text area that knows JSON: line numbers, what is wrong, tidy-up, Ctrl+Enter to send. */
export function JsonEditor({ label, value, onChange, onSubmit }: JsonEditorProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const numbers = useRef<HTMLDivElement>(null);
  const problem = findJsonProblem(value);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || problem !== undefined) return;
    event.preventDefault();
    onSubmit();
  };
  return (
    <div className={styles.frame}>
      <div className={mergeClasses(styles.editor, problem !== undefined && styles.bad)}>
        <div ref={numbers} className={styles.numbers} aria-hidden="true">
          {value.split("\n").map((_, index) => `${index + 1}\n`)}
        </div>
        <textarea
          className={styles.text}
          aria-label={label}
          aria-invalid={problem !== undefined}
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={onKeyDown}
          onScroll={(event) => {
            if (numbers.current !== null) numbers.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <div className={styles.foot}>
        <Text size={200} className={styles.error} role="status">
          {problem}
        </Text>
        <Button
          size="small"
          appearance="subtle"
          disabled={problem !== undefined}
          onClick={() => onChange(JSON.stringify(JSON.parse(value), undefined, 2))}
        >
          {t("editor.format")}
        </Button>
      </div>
    </div>
  );
}
