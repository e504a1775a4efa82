import { makeStyles, Tag, TagGroup, Text, tokens } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { modelJob, type ModelVersion } from "../../api/models.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Panel } from "../../ui/panel.tsx";
import { When } from "../../ui/when.tsx";
import { WorkspaceLink } from "../../ui/workspace-link.tsx";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)",
    gap: "16px",
    alignItems: "start",
    "@media (max-width: 1080px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  column: { display: "flex", flexDirection: "column", gap: "16px", minWidth: 0 },
  tags: { flexWrap: "wrap", gap: "6px" },
  muted: { color: tokens.colorNeutralForeground3 },
});

export function ModelDetails({ version }: { readonly version: ModelVersion }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const { properties } = version;
  const tags = Object.entries(properties.tags ?? {});
  const flavors = Object.keys(properties.flavors ?? {});
  const jobName = modelJob(version);
  return (
    <div className={styles.grid}>
      <Panel title={t("asset.details")}>
        <Facts
          facts={[
            { name: t("asset.version"), value: version.name },
            { name: t("asset.type"), value: t([`modelType.${properties.modelType}`, properties.modelType ?? ""]) },
            { name: t("models.flavors"), value: flavors.join(", ") },
            { name: t("models.stage"), value: properties.stage },
            { name: t("asset.created"), value: <When at={version.systemData?.createdAt} /> },
            { name: t("asset.createdBy"), value: version.systemData?.createdBy },
            {
              name: t("models.job"),
              value:
                jobName === "" ? undefined : (
                  <WorkspaceLink to={`jobs/${encodeURIComponent(jobName)}`}>{jobName}</WorkspaceLink>
                ),
            },
            { name: t("models.uri"), value: properties.modelUri, copy: properties.modelUri ?? "" },
            { name: t("asset.id"), value: version.id, copy: version.id },
          ]}
        />
      </Panel>
      <div className={styles.column}>
        <Panel title={t("asset.description")}>
          <Text className={properties.description ? "" : styles.muted}>
            {properties.description || t("asset.noDescription")}
          </Text>
        </Panel>
        {tags.length === 0 ? undefined : (
          <Panel title={t("job.tags")}>
            <TagGroup className={styles.tags} aria-label={t("job.tags")}>
              {tags.map(([key, value]) => (
                <Tag key={key} size="small">
                  {value === "" ? key : `${key}: ${value}`}
                </Tag>
              ))}
            </TagGroup>
          </Panel>
        )}
        <Panel title={t("models.use")}>
          <CodeBlock text={renderUse(version)} />
        </Panel>
      </div>
    </div>
  );
}

function renderUse(version: ModelVersion): string {
  const name = version.id.split("/").at(-3) ?? "";
  const lines = [`# deployment.yml`, `model: azureml:${name}:${version.name}`];
  if (version.properties.modelType !== "mlflow_model") return lines.join("\n");
  return [
    ...lines,
    "",
    "# Python",
    "import mlflow",
    `model = mlflow.pyfunc.load_model("models:/${name}/${version.name}")`,
  ].join("\n");
}
