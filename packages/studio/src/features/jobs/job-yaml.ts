import type { Job, JobInput, JobOutput } from "../../api/jobs.ts";
import { lastSegment } from "./job-duration.ts";

/** The job in Azure ML's YAML v2, as `job create -f` reads it; defaults and what the platform filled in are left out. */
export function renderJobYaml(job: Job): Record<string, unknown> {
  const { properties } = job;
  const inputs = mapValues(properties.inputs ?? {}, renderInput);
  const outputs = mapValues(properties.outputs ?? {}, renderOutput);
  delete outputs["default"];
  const instanceCount = properties.resources?.instanceCount ?? 1;
  return present({
    $schema: "https://azuremlschemas.azureedge.net/latest/commandJob.schema.json",
    type: (properties.jobType ?? "Command").toLowerCase(),
    display_name: properties.displayName,
    experiment_name: properties.experimentName,
    description: properties.description,
    command: properties.command,
    code: renderAsset(properties.codeId),
    environment: renderAsset(properties.environmentId),
    environment_variables: properties.environmentVariables,
    compute:
      properties.computeId === null || properties.computeId === undefined
        ? undefined
        : `azureml:${lastSegment(properties.computeId)}`,
    resources: instanceCount > 1 ? { instance_count: instanceCount } : undefined,
    inputs,
    outputs,
    tags: properties.tags,
  });
}

function renderInput(input: JobInput): unknown {
  if (input.jobInputType === "literal") return input.value;
  return present({ type: input.jobInputType, path: input.uri, mode: renderMode(input.mode) });
}

function renderOutput(output: JobOutput): unknown {
  return present({
    type: output.jobOutputType,
    mode: renderMode(output.mode),
    name: output.assetName,
    version: output.assetVersion,
  });
}

const MODES: Readonly<Record<string, string>> = {
  ReadOnlyMount: "ro_mount",
  ReadWriteMount: "rw_mount",
  Download: "download",
  Upload: "upload",
  Direct: "direct",
  EvalMount: "eval_mount",
  EvalDownload: "eval_download",
};

function renderMode(mode: string | null | undefined): string | undefined {
  return mode === null || mode === undefined ? undefined : (MODES[mode] ?? mode);
}

/** `azureml:name:version` for an id of this workspace, else the id itself. */
function renderAsset(id: string | null | undefined): string | undefined {
  if (id === null || id === undefined) return undefined;
  const registry = /\/registries\/([^/]+)\/([^/]+)\/([^/]+)\/versions\/([^/]+)$/.exec(id);
  if (registry !== null)
    return `azureml://registries/${registry[1]}/${registry[2]}/${registry[3]}/versions/${registry[4]}`;
  const own = /\/workspaces\/[^/]+\/[^/]+\/([^/]+)\/versions\/([^/]+)$/.exec(id);
  return own === null ? id : `azureml:${own[1]}:${own[2]}`;
}

function mapValues<Value>(record: Readonly<Record<string, Value>>, render: (value: Value) => unknown) {
  return Object.fromEntries(Object.entries(record).map(([key, value]): [string, unknown] => [key, render(value)]));
}

/** Without what is absent or empty. */
function present(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => !isAbsent(value)));
}

function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
