import { Button, Tooltip } from "@fluentui/react-components";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { CheckmarkRegular, CopyRegular } from "./icons.ts";

const DONE_MS = 1500;

export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }) {
  const { t } = useTranslation();
  const [isDone, setDone] = useState(false);
  const name = isDone ? t("common.copied") : (label ?? t("common.copy"));
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), DONE_MS);
  };
  return (
    <Tooltip content={name} relationship="label">
      <Button
        appearance="subtle"
        size="small"
        icon={isDone ? <CheckmarkRegular /> : <CopyRegular />}
        onClick={() => void copy()}
      />
    </Tooltip>
  );
}
