import { makeStyles, Tab, TabList, Text } from "@fluentui/react-components";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Endpoint } from "../../api/endpoints.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Panel } from "../../ui/panel.tsx";
import { renderSnippet, SNIPPETS, type SnippetName } from "./consume-snippets.ts";
import { KeysPanel } from "./keys-panel.tsx";

const useStyles = makeStyles({
  column: { display: "flex", flexDirection: "column", gap: "16px" },
  snippet: { display: "flex", flexDirection: "column", gap: "12px" },
});

export function ConsumeTab({ endpoint }: { readonly endpoint: Endpoint }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<SnippetName>("curl");
  const url = endpoint.properties.scoringUri ?? "";
  return (
    <div className={styles.column}>
      <Panel title={t("endpoints.basics")}>
        <Facts
          facts={[
            { name: t("endpoints.scoringUri"), value: url, copy: url },
            {
              name: t("endpoints.auth"),
              value: t([`authMode.${endpoint.properties.authMode}`, endpoint.properties.authMode ?? ""]),
            },
          ]}
        />
      </Panel>
      {endpoint.properties.authMode?.toLowerCase() === "key" ? <KeysPanel endpointName={endpoint.name} /> : undefined}
      <Panel title={t("endpoints.snippets")}>
        <div className={styles.snippet}>
          <TabList
            size="small"
            selectedValue={chosen}
            onTabSelect={(_, data) => setChosen(SNIPPETS.find(({ name }) => name === data.value)?.name ?? "curl")}
          >
            {SNIPPETS.map(({ name, title }) => (
              <Tab key={name} value={name}>
                {title}
              </Tab>
            ))}
          </TabList>
          <Text size={200}>{t("endpoints.snippetHint")}</Text>
          <CodeBlock text={renderSnippet(chosen, { url, name: endpoint.name })} />
        </div>
      </Panel>
    </div>
  );
}
