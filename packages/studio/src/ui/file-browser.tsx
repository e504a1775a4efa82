import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { fileUrl, useFolder, type FileEntry } from "../api/files.ts";
import { useWorkspace } from "../api/workspace-context.tsx";
import { FilePreview } from "./file-preview.tsx";
import { formatBytes } from "./format.ts";
import {
  ArrowDownloadRegular,
  ChevronDownRegular,
  ChevronRightRegular,
  DocumentTextRegular,
  FolderOpenRegular,
  FolderRegular,
} from "./icons.ts";
import { EmptyState } from "./page-state.tsx";
import { QueryState } from "./query-state.tsx";

const INDENT_PX = 18;

const useStyles = makeStyles({
  frame: {
    display: "grid",
    gridTemplateColumns: "minmax(220px, 320px) minmax(0, 1fr)",
    gap: "16px",
    minHeight: "360px",
    height: "100%",
    "@media (max-width: 760px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  tree: { overflow: "auto", borderRight: `1px solid ${tokens.colorNeutralStroke2}`, paddingRight: "8px", minHeight: 0 },
  entry: {
    border: "none",
    background: "none",
    font: "inherit",
    color: "inherit",
    textAlign: "left",
    boxSizing: "border-box",
    display: "flex",
    alignItems: "center",
    gap: "6px",
    width: "100%",
    height: "32px",
    paddingRight: "8px",
    borderRadius: tokens.borderRadiusMedium,
    cursor: "pointer",
    ":hover": { backgroundColor: tokens.colorSubtleBackgroundHover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  chosen: { backgroundColor: tokens.colorSubtleBackgroundSelected, fontWeight: tokens.fontWeightSemibold },
  name: { flex: "1 1 auto", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  size: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, flex: "0 0 auto" },
  icon: { display: "inline-flex", fontSize: "16px", flex: "0 0 auto", color: tokens.colorNeutralForeground2 },
  preview: { minWidth: 0, minHeight: 0, display: "flex", flexDirection: "column", gap: "8px" },
  previewHead: { display: "flex", alignItems: "center", gap: "8px" },
});

export interface FileBrowserProps {
  /** `azureml://…` address of the folder. */
  readonly uri: string;
  readonly refetchMs?: number | false;
  readonly emptyTitle: string;
  readonly emptyHint: string;
  /** Shown instead of the plain preview, for a log that still grows. */
  readonly renderFile?: (file: FileEntry) => ReactNode | undefined;
}

/** A tree of files on the left, what is in the chosen one on the right. */
export function FileBrowser({ uri, refetchMs, emptyTitle, emptyHint, renderFile }: FileBrowserProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const root = useFolder({ uri, path: "", refetchMs: refetchMs ?? false });
  const [chosen, setChosen] = useState<FileEntry>();
  return (
    <QueryState
      query={root}
      isEmpty={(data) => data.files.length + data.folders.length === 0}
      empty={<EmptyState icon={<FolderOpenRegular />} title={emptyTitle} hint={emptyHint} />}
    >
      {() => (
        <div className={styles.frame}>
          <div className={styles.tree} role="tree" aria-label={t("files.tree")}>
            <FolderEntries {...{ uri, chosen, refetchMs }} path="" depth={0} onChoose={setChosen} />
          </div>
          <div className={styles.preview}>
            {chosen === undefined ? (
              <EmptyState
                icon={<DocumentTextRegular />}
                title={t("files.noneChosen")}
                hint={t("files.noneChosenHint")}
              />
            ) : (
              <ChosenFile key={chosen.path} uri={uri} file={chosen} renderFile={renderFile} />
            )}
          </div>
        </div>
      )}
    </QueryState>
  );
}

function ChosenFile({
  uri,
  file,
  renderFile,
}: {
  uri: string;
  file: FileEntry;
  renderFile: FileBrowserProps["renderFile"];
}) {
  const styles = useStyles();
  const { t } = useTranslation();
  const workspace = useWorkspace();
  const own = renderFile?.(file);
  const address = { workspaceId: workspace.id, uri, path: file.path };
  return (
    <>
      <div className={styles.previewHead}>
        <Text weight="semibold" font="monospace" className={styles.name} title={file.path}>
          {file.path}
        </Text>
        <span className={styles.size}>{formatBytes(file.sizeBytes)}</span>
        <Button as="a" size="small" icon={<ArrowDownloadRegular />} href={fileUrl({ ...address, isDownload: true })}>
          {t("common.download")}
        </Button>
      </div>
      {own ?? <FilePreview {...address} sizeBytes={file.sizeBytes} />}
    </>
  );
}

interface FolderEntriesProps {
  readonly uri: string;
  readonly path: string;
  readonly depth: number;
  readonly chosen: FileEntry | undefined;
  readonly onChoose: (file: FileEntry) => void;
  readonly refetchMs: number | false | undefined;
}

function FolderEntries({ uri, path, depth, chosen, onChoose, refetchMs }: FolderEntriesProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const folder = useFolder({ uri, path, refetchMs: refetchMs ?? false });
  const indent = { paddingLeft: depth * INDENT_PX + 8 };
  return (
    <>
      {folder.data?.folders.map((each) => (
        <FolderEntry
          key={each.path}
          {...{ uri, depth, chosen, onChoose, refetchMs }}
          name={each.name}
          path={each.path}
        />
      ))}
      {folder.data?.files.map((file) => (
        <button
          key={file.path}
          type="button"
          role="treeitem"
          aria-selected={chosen?.path === file.path}
          className={mergeClasses(styles.entry, chosen?.path === file.path && styles.chosen)}
          style={{ paddingLeft: depth * INDENT_PX + 28 }}
          onClick={() => onChoose(file)}
        >
          <span className={styles.icon}>
            <DocumentTextRegular />
          </span>
          <span className={styles.name} title={file.name}>
            {file.name}
          </span>
          <span className={styles.size}>{formatBytes(file.sizeBytes)}</span>
        </button>
      ))}
      {folder.data?.isTruncated === true ? (
        <Text size={200} style={indent}>
          {t("files.truncated")}
        </Text>
      ) : undefined}
    </>
  );
}

function FolderEntry({ name, ...props }: FolderEntriesProps & { readonly name: string }) {
  const styles = useStyles();
  const [isOpen, setOpen] = useState(props.depth < 1);
  return (
    <>
      <button
        type="button"
        role="treeitem"
        aria-expanded={isOpen}
        className={styles.entry}
        style={{ paddingLeft: props.depth * INDENT_PX + 8 }}
        onClick={() => setOpen(!isOpen)}
      >
        <span className={styles.icon}>{isOpen ? <ChevronDownRegular /> : <ChevronRightRegular />}</span>
        <span className={styles.icon}>{isOpen ? <FolderOpenRegular /> : <FolderRegular />}</span>
        <span className={styles.name} title={name}>
          {name}
        </span>
      </button>
      {isOpen ? <FolderEntries {...props} depth={props.depth + 1} /> : undefined}
    </>
  );
}
