import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { fileUrl, PREVIEW_SIZE_MAX_BYTES, useFileText } from "../api/files.ts";
import { CodeBlock } from "./code-block.tsx";
import { LogView } from "./log-view.tsx";
import { LoadingState } from "./page-state.tsx";
import { QueryState } from "./query-state.tsx";

const IMAGE = /\.(png|jpe?g|gif|webp|bmp)$/i;
const LOG = /\.(log|txt)$/i;
const BINARY =
  /\.(pkl|pickle|joblib|npy|npz|parquet|zip|gz|tar|tgz|whl|onnx|pt|pth|bin|h5|so|pyc|db|sqlite|feather|arrow|pdf|ubj|safetensors|skops)$/i;

const useStyles = makeStyles({
  image: {
    maxWidth: "100%",
    maxHeight: "70vh",
    alignSelf: "flex-start",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: "#ffffff",
  },
  muted: { color: tokens.colorNeutralForeground3 },
  log: { height: "62vh" },
});

export interface FilePreviewProps {
  readonly workspaceId: string;
  readonly uri: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** Pictures as pictures, text as text; of what is neither, that it can be downloaded. */
export function FilePreview(props: FilePreviewProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  if (IMAGE.test(props.path)) return <img className={styles.image} src={fileUrl(props)} alt={props.path} />;
  if (BINARY.test(props.path)) return <Text className={styles.muted}>{t("files.binary")}</Text>;
  return <TextPreview {...props} />;
}

function TextPreview({ uri, path, sizeBytes }: FilePreviewProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const query = useFileText(uri, path);
  return (
    <QueryState query={query} loading={<LoadingState rowCount={4} />}>
      {(text) => (
        <>
          {sizeBytes > PREVIEW_SIZE_MAX_BYTES ? <Text className={styles.muted}>{t("files.partial")}</Text> : undefined}
          <TextContent text={text} isLog={LOG.test(path === "" ? uri : path)} />
        </>
      )}
    </QueryState>
  );
}

function TextContent({ text, isLog }: { readonly text: string; readonly isLog: boolean }) {
  const styles = useStyles();
  const { t } = useTranslation();
  if (text.includes("\u0000")) return <Text className={styles.muted}>{t("files.binary")}</Text>;
  if (!isLog || text === "") return <CodeBlock text={text === "" ? t("files.noContent") : text} maxHeight="62vh" />;
  return (
    <div className={styles.log}>
      <LogView text={text} isLive={false} waitingText={t("files.noContent")} />
    </div>
  );
}
