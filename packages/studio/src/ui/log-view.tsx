import {
  Button,
  makeStyles,
  mergeClasses,
  SearchBox,
  Spinner,
  Text,
  ToggleButton,
  tokens,
  Tooltip,
} from "@fluentui/react-components";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import { splitLogLines, stripAnsi } from "./ansi.ts";
import {
  ArrowDownloadRegular,
  ArrowDownRegular,
  ChevronDownRegular,
  ChevronUpRegular,
  TextWrapRegular,
} from "./icons.ts";
import { LogLine } from "./log-line.tsx";

const LINE_HEIGHT = 20;
const OVERSCAN = 30;
/** Closer to the end than this is "at the end": new lines keep scrolling into view. */
const END_SLACK_PX = 40;

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", minHeight: 0, height: "100%", gap: "8px" },
  bar: { display: "flex", alignItems: "center", gap: "6px", flexWrap: "wrap" },
  search: { flex: "0 1 280px", minWidth: "160px" },
  grow: { flex: "1 1 auto" },
  count: { color: tokens.colorNeutralForeground3, fontVariantNumeric: "tabular-nums" },
  lines: {
    flex: "1 1 auto",
    minHeight: "160px",
    overflow: "auto",
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: "#0e1320",
    color: "#d7dcea",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: "12.5px",
    lineHeight: `${LINE_HEIGHT}px`,
    padding: "8px 0",
    boxSizing: "border-box",
    contain: "strict",
  },
  inner: { position: "relative", width: "100%" },
  line: { position: "absolute", top: 0, left: 0, minWidth: "100%", width: "max-content" },
  wrapped: { width: "100%" },
  waiting: { padding: "8px 16px", color: "#8f9ab5" },
});

export interface LogViewProps {
  readonly text: string;
  /** More may come. */
  readonly isLive: boolean;
  readonly waitingText: string;
  readonly downloadUrl?: string | undefined;
  readonly notice?: string | undefined;
  /** Before the search: which log this is. */
  readonly leading?: ReactNode;
}

/** A log of any length: follows its end, finds text, wraps, shows terminal colours. */
export function LogView({ text, isLive, waitingText, downloadUrl, notice, leading }: LogViewProps) {
  const styles = useStyles();
  const lines = useMemo(() => splitLogLines(text), [text]);
  const [isWrapped, setWrapped] = useState(false);
  const [query, setQuery] = useState("");
  const frame = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: OVERSCAN,
  });
  const follow = useFollow(frame, lines.length);
  const found = useFound(lines, query, (line) => {
    follow.stop();
    virtualizer.scrollToIndex(line, { align: "center" });
  });
  return (
    <div className={styles.frame}>
      <div className={styles.bar}>
        {leading}
        <LogSearch query={query} setQuery={setQuery} found={found} />
        <span className={styles.grow} />
        {notice === undefined ? undefined : <Text size={200}>{notice}</Text>}
        <LogCommands
          {...{ isLive, isWrapped, setWrapped, downloadUrl }}
          isFollowing={follow.isFollowing}
          onFollow={follow.start}
        />
      </div>
      {/* A scrolling region must be reachable from the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={frame} className={styles.lines} role="log" aria-live="off" tabIndex={0} onScroll={follow.onScroll}>
        {lines.length === 0 ? <div className={styles.waiting}>{waitingText}</div> : undefined}
        <div className={styles.inner} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => (
            <div
              key={item.key}
              data-index={item.index}
              ref={isWrapped ? virtualizer.measureElement : undefined}
              className={mergeClasses(styles.line, isWrapped && styles.wrapped)}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <LogLine
                number={item.index + 1}
                line={lines[item.index] ?? ""}
                query={query}
                isCurrent={found.currentLine === item.index}
                isWrapped={isWrapped}
              />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

interface Found {
  readonly count: number;
  readonly current: number;
  readonly currentLine: number | undefined;
  go(step: 1 | -1): void;
}

function useFound(lines: readonly string[], query: string, show: (line: number) => void): Found {
  const [current, setCurrent] = useState(0);
  const matches = useMemo(() => {
    const wanted = query.toLowerCase();
    if (wanted === "") return [];
    return lines.flatMap((line, index) => (stripAnsi(line).toLowerCase().includes(wanted) ? [index] : []));
  }, [lines, query]);
  const at = matches.length === 0 ? 0 : current % matches.length;
  return {
    count: matches.length,
    current: at,
    currentLine: matches[at],
    go: (step) => {
      if (matches.length === 0) return;
      const next = (at + step + matches.length) % matches.length;
      setCurrent(next);
      const line = matches[next];
      if (line !== undefined) show(line);
    },
  };
}

function useFollow(frame: RefObject<HTMLDivElement | null>, lineCount: number) {
  const [isFollowing, setFollowing] = useState(true);
  useEffect(() => {
    const element = frame.current;
    if (isFollowing && element !== null) element.scrollTop = element.scrollHeight;
  }, [frame, isFollowing, lineCount]);
  return {
    isFollowing,
    start: () => setFollowing(true),
    stop: () => setFollowing(false),
    onScroll: () => {
      const element = frame.current;
      if (element === null) return;
      setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < END_SLACK_PX);
    },
  };
}

interface LogSearchProps {
  readonly query: string;
  readonly setQuery: (query: string) => void;
  readonly found: Found;
}

function LogSearch({ query, setQuery, found }: LogSearchProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <>
      <SearchBox
        className={styles.search}
        size="small"
        placeholder={t("log.search")}
        value={query}
        onChange={(_, data) => setQuery(data.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.nativeEvent.isComposing) found.go(event.shiftKey ? -1 : 1);
        }}
      />
      {query === "" ? undefined : (
        <>
          <Text size={200} className={styles.count} aria-live="polite">
            {found.count === 0 ? t("log.noMatch") : `${found.current + 1} / ${found.count}`}
          </Text>
          <Tooltip content={t("log.previous")} relationship="label">
            <Button size="small" appearance="subtle" icon={<ChevronUpRegular />} onClick={() => found.go(-1)} />
          </Tooltip>
          <Tooltip content={t("log.next")} relationship="label">
            <Button size="small" appearance="subtle" icon={<ChevronDownRegular />} onClick={() => found.go(1)} />
          </Tooltip>
        </>
      )}
    </>
  );
}

interface LogCommandsProps {
  readonly isLive: boolean;
  readonly isWrapped: boolean;
  readonly setWrapped: (isWrapped: boolean) => void;
  readonly isFollowing: boolean;
  readonly onFollow: () => void;
  readonly downloadUrl: string | undefined;
}

function LogCommands({ isLive, isWrapped, setWrapped, isFollowing, onFollow, downloadUrl }: LogCommandsProps) {
  const { t } = useTranslation();
  return (
    <>
      {isLive ? <Spinner size="extra-tiny" label={t("log.live")} labelPosition="after" /> : undefined}
      <Tooltip content={t("log.wrap")} relationship="label">
        <ToggleButton
          size="small"
          appearance="subtle"
          checked={isWrapped}
          icon={<TextWrapRegular />}
          onClick={() => setWrapped(!isWrapped)}
        />
      </Tooltip>
      <Tooltip content={t("log.toEnd")} relationship="label">
        <Button
          size="small"
          appearance="subtle"
          disabled={isFollowing}
          icon={<ArrowDownRegular />}
          onClick={onFollow}
        />
      </Tooltip>
      {downloadUrl === undefined ? undefined : (
        <Tooltip content={t("common.download")} relationship="label">
          <Button as="a" size="small" appearance="subtle" href={downloadUrl} icon={<ArrowDownloadRegular />} />
        </Tooltip>
      )}
    </>
  );
}
