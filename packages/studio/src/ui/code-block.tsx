import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";

import { CopyButton } from "./copy-button.tsx";

const useStyles = makeStyles({
  frame: {
    position: "relative",
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground2,
    minWidth: 0,
  },
  text: {
    margin: 0,
    padding: "12px 44px 12px 14px",
    overflow: "auto",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: "12.5px",
    lineHeight: "1.55",
    tabSize: 2,
  },
  wrapped: { whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  copy: {
    position: "absolute",
    top: "6px",
    right: "6px",
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground2,
  },
});

export interface CodeBlockProps {
  readonly text: string;
  readonly maxHeight?: string;
  readonly isWrapped?: boolean;
}

/** Text to read and copy: a command, a snippet, YAML. */
export function CodeBlock({ text, maxHeight, isWrapped }: CodeBlockProps) {
  const styles = useStyles();
  return (
    <div className={styles.frame}>
      {/* Focusable, so that a long snippet scrolls from the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre
        className={mergeClasses(styles.text, isWrapped === true && styles.wrapped)}
        style={{ maxHeight }}
        tabIndex={0}
      >
        {text}
      </pre>
      <div className={styles.copy}>
        <CopyButton text={text} />
      </div>
    </div>
  );
}
