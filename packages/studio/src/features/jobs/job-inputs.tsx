import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import type { Job, JobInput, JobOutput } from "../../api/jobs.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Panel } from "../../ui/panel.tsx";
import { assetLabel } from "./job-duration.ts";

const useStyles = makeStyles({
  list: { display: "flex", flexDirection: "column", gap: "12px" },
  entry: { display: "flex", flexDirection: "column", gap: "2px", minWidth: 0 },
  head: { display: "flex", gap: "8px", alignItems: "baseline", flexWrap: "wrap" },
  kind: { color: tokens.colorNeutralForeground3 },
  value: { display: "flex", alignItems: "flex-start", gap: "2px" },
  text: { overflowWrap: "anywhere", fontFamily: tokens.fontFamilyMonospace, fontSize: "12px", lineHeight: "1.5" },
});

export function JobInputs({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  const inputs = Object.entries(job.properties.inputs ?? {});
  const outputs = Object.entries(job.properties.outputs ?? {});
  return (
    <>
      {inputs.length === 0 ? undefined : (
        <Panel title={t("job.inputs")}>
          <Values values={inputs.map(([name, input]) => describeInput(name, input))} />
        </Panel>
      )}
      {outputs.length === 0 ? undefined : (
        <Panel title={t("job.outputs")}>
          <Values values={outputs.map(([name, output]) => describeOutput(name, output))} />
        </Panel>
      )}
    </>
  );
}

interface Value {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
  /** What the copy button gives; `undefined` has none. */
  readonly copy: string | undefined;
}

function Values({ values }: { readonly values: readonly Value[] }) {
  const styles = useStyles();
  return (
    <div className={styles.list}>
      {values.map(({ name, kind, text, copy }) => (
        <div key={name} className={styles.entry}>
          <div className={styles.head}>
            <Text weight="semibold">{name}</Text>
            <Text size={200} className={styles.kind}>
              {kind}
            </Text>
          </div>
          {text === "" ? undefined : (
            <div className={styles.value}>
              <span className={styles.text}>{text}</span>
              {copy === undefined ? undefined : <CopyButton text={copy} />}
            </div>
          )}
        </div>
      ))}
    </div>
  );
}

function describeInput(name: string, input: JobInput): Value {
  const uri = input.uri ?? undefined;
  const kind = [input.jobInputType === "literal" ? "" : input.jobInputType, input.mode].filter(Boolean).join(" · ");
  return { name, kind, text: uri === undefined ? String(input.value ?? "") : addressLabel(uri), copy: uri };
}

function describeOutput(name: string, output: JobOutput): Value {
  const hasAsset = output.assetName !== null && output.assetName !== undefined;
  const asset = hasAsset ? `→ ${output.assetName}:${output.assetVersion ?? ""}` : "";
  const kind = [output.jobOutputType, output.mode, asset].filter(Boolean).join(" · ");
  const uri = output.uri ?? undefined;
  return { name, kind, text: uri === undefined ? "" : addressLabel(uri), copy: uri };
}

/** `azureml:iris:1` for an asset's id; other addresses as they are. */
function addressLabel(uri: string): string {
  return /\/versions\/[^/]+$/.test(uri) ? `azureml:${assetLabel(uri)}` : uri;
}
