import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  makeStyles,
  Text,
  tokens,
} from "@fluentui/react-components";
import type { JSX } from "react";
import { useTranslation } from "react-i18next";

import { CodeBlock } from "../../ui/code-block.tsx";
import { CodeRegular, CloudCubeRegular, PlayCircleRegular, RocketRegular } from "../../ui/icons.ts";
import { Panel } from "../../ui/panel.tsx";

const useStyles = makeStyles({
  body: { display: "flex", flexDirection: "column", gap: "8px", paddingBottom: "12px" },
  hint: { color: tokens.colorNeutralForeground3 },
});

const CONNECT = `eval "$(./lazuli env)"
python - <<'EOF'
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

client = MLClient.from_config(DefaultAzureCredential())
print([job.name for job in client.jobs.list()])
EOF`;

const SUBMIT = `cat > job.yml <<'EOF'
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: python -c "import sklearn; print(sklearn.__version__)"
environment: azureml://registries/azureml/environments/sklearn-1.5/labels/latest
compute: azureml:cpu-cluster
EOF
./lazuli job create -f job.yml --stream`;

const DEPLOY = `./lazuli online-endpoint create --name iris
./lazuli online-deployment create --endpoint-name iris --name blue -f deployment.yml --all-traffic`;

interface Action {
  readonly key: "connect" | "submit" | "deploy" | "tour";
  readonly icon: JSX.Element;
  readonly code: string;
}

const ACTIONS: readonly Action[] = [
  { key: "tour", icon: <RocketRegular />, code: "./lazuli quickstart" },
  { key: "connect", icon: <CodeRegular />, code: CONNECT },
  { key: "submit", icon: <PlayCircleRegular />, code: SUBMIT },
  { key: "deploy", icon: <CloudCubeRegular />, code: DEPLOY },
];

/** The ways to begin, each ready to paste into a terminal. */
export function QuickActions() {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <Panel title={t("home.begin")}>
      <Accordion collapsible defaultOpenItems={["tour"]}>
        {ACTIONS.map((action) => (
          <AccordionItem key={action.key} value={action.key}>
            <AccordionHeader icon={action.icon}>{t(`home.action.${action.key}.title`)}</AccordionHeader>
            <AccordionPanel>
              <div className={styles.body}>
                <Text className={styles.hint}>{t(`home.action.${action.key}.hint`)}</Text>
                <CodeBlock text={action.code} />
              </div>
            </AccordionPanel>
          </AccordionItem>
        ))}
      </Accordion>
    </Panel>
  );
}
