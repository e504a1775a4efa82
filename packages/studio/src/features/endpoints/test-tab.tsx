import {
  Button,
  Dropdown,
  Field,
  makeStyles,
  mergeClasses,
  MessageBar,
  MessageBarBody,
  Option,
  Spinner,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useDeployments, useScore, type Endpoint, type ScoreReply } from "../../api/endpoints.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { useFormat } from "../../ui/format.ts";
import { SendRegular } from "../../ui/icons.ts";
import { findJsonProblem, JsonEditor } from "../../ui/json-editor.tsx";
import { Panel } from "../../ui/panel.tsx";
import { EXAMPLE_BODY } from "./example-body.ts";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 1080px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  form: { display: "flex", flexDirection: "column", gap: "12px" },
  row: { display: "flex", gap: "12px", alignItems: "center", flexWrap: "wrap" },
  status: { fontVariantNumeric: "tabular-nums", fontWeight: tokens.fontWeightSemibold },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  muted: { color: tokens.colorNeutralForeground3 },
});

/** Sends a request as a client would and shows what came back, how fast, and from which deployment. */
export function TestTab({ endpoint }: { readonly endpoint: Endpoint }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const deployments = useDeployments(endpoint.name).data ?? [];
  const [deployment, setDeployment] = useState("");
  const [body, setBody] = useState(EXAMPLE_BODY);
  const score = useScore();
  const canSend = findJsonProblem(body) === undefined && !score.isPending;
  const send = (): void => score.mutate({ endpoint, body, deployment: deployment === "" ? undefined : deployment });
  const byTraffic = t("endpoints.byTraffic");
  return (
    <div className={styles.grid}>
      <Panel title={t("endpoints.request")}>
        <div className={styles.form}>
          <Field label={t("endpoints.deployment")}>
            <Dropdown
              value={deployment === "" ? byTraffic : deployment}
              selectedOptions={[deployment]}
              onOptionSelect={(_, data) => setDeployment(data.optionValue ?? "")}
            >
              <Option value="">{byTraffic}</Option>
              {deployments.map(({ name }) => (
                <Option key={name} value={name}>
                  {name}
                </Option>
              ))}
            </Dropdown>
          </Field>
          <JsonEditor label={t("endpoints.body")} value={body} onChange={setBody} onSubmit={send} />
          <div className={styles.row}>
            <Button appearance="primary" icon={<SendRegular />} disabled={!canSend} onClick={send}>
              {t("endpoints.send")}
            </Button>
            <Text size={200} className={styles.muted}>
              {t("endpoints.sendKey")}
            </Text>
          </div>
        </div>
      </Panel>
      <Panel title={t("endpoints.response")}>
        {score.isPending ? <Spinner label={t("endpoints.sending")} /> : undefined}
        {score.error === null ? undefined : (
          <MessageBar intent="error" layout="multiline">
            <MessageBarBody>{score.error.message}</MessageBarBody>
          </MessageBar>
        )}
        {score.data === undefined ? undefined : <Reply reply={score.data} />}
        {score.isIdle ? <Text className={styles.muted}>{t("endpoints.noResponse")}</Text> : undefined}
      </Panel>
    </div>
  );
}

function Reply({ reply }: { readonly reply: ScoreReply }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormat();
  const isGood = reply.status < 400;
  return (
    <div className={styles.form} data-testid="reply">
      <div className={styles.row}>
        <Text className={mergeClasses(styles.status, isGood ? styles.good : styles.bad)}>
          {t("endpoints.status", { status: reply.status })}
        </Text>
        <Text size={200} className={styles.muted}>
          {format.duration(reply.durationMs)}
        </Text>
        {reply.deployment === undefined ? undefined : (
          <Text size={200} className={styles.muted}>
            {t("endpoints.answeredBy", { deployment: reply.deployment })}
          </Text>
        )}
      </div>
      <CodeBlock text={tidy(reply.body)} maxHeight="52vh" />
    </div>
  );
}

function tidy(text: string): string {
  return findJsonProblem(text) === undefined ? JSON.stringify(JSON.parse(text), undefined, 2) : text;
}
