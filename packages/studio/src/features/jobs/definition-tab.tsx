import { Tab, TabList, Text } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Job } from "../../api/jobs.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { renderJobYaml } from "./job-yaml.ts";

/** The job as YAML to submit again, and as the API has it. */
export function DefinitionTab({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  const [form, setForm] = useState("yaml");
  // The writer of YAML comes when it is first needed.
  const yaml = useQuery({
    queryKey: ["job-yaml", job.id, job.properties.status],
    queryFn: async () => (await import("yaml")).stringify(renderJobYaml(job), { lineWidth: 0 }),
  });
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 12, paddingBottom: 16 }}>
      <TabList size="small" selectedValue={form} onTabSelect={(_, data) => setForm(String(data.value))}>
        <Tab value="yaml">YAML</Tab>
        <Tab value="json">JSON</Tab>
      </TabList>
      {form === "json" ? (
        <CodeBlock text={JSON.stringify(job, undefined, 2)} />
      ) : (
        <>
          <Text size={200}>{t("job.yamlHint")}</Text>
          <QueryState query={yaml}>{(text) => <CodeBlock text={text} />}</QueryState>
        </>
      )}
    </div>
  );
}
