import { delimiter } from "node:path";

import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import type { TaskFolders } from "../task-folders.ts";
import { groupVariables } from "./plan-ranks.ts";
import { TASK_MARKER } from "./task-processes.ts";

/** What a job may see of the variables that the node itself runs with: no secret of the platform is among them. */
const NODE_VARIABLES =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|TZ|TMPDIR|LC_.*|(HTTPS?|NO|ALL|FTP)_PROXY|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|PIP_.*|UV_.*|CUDA_.*|NVIDIA_.*|LD_LIBRARY_PATH|JAVA_HOME|SPARK_HOME|OMP_.*|MKL_.*)$/i;

export interface PreparedEnvironment {
  /** Folder with `bin/python`. */
  readonly folder: string;
  /** Folders to put before the node's own PATH. */
  readonly paths: readonly string[];
  /** What stood in for what was asked. */
  readonly substitutions: Readonly<Record<string, string>>;
}

export interface VariableSources {
  readonly spec: TaskSpec;
  readonly folders: TaskFolders;
  readonly environment: PreparedEnvironment;
  /** What tasks may see of the runner's own variables: see {@link pickNodeVariables}. */
  readonly node: Readonly<Record<string, string>>;
  /** Certificates of the server, put together with the system's. */
  readonly caFile: string | undefined;
  /** What placeholders of inputs and outputs stand for. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  /** What tells a replica where to serve; see `replica-port.ts`. */
  readonly port: Readonly<Record<string, string>> | undefined;
}

/** Environment of the user's command; the job's own variables win over everything but the marker. */
export function buildVariables(sources: VariableSources): Record<string, string> {
  const { spec, folders, environment, caFile, port } = sources;
  const certificates = caFile === undefined ? {} : { REQUESTS_CA_BUNDLE: caFile, SSL_CERT_FILE: caFile };
  const merged: Record<string, string> = {
    ...sources.node,
    ...certificates,
    // Python fills a buffer before it writes to a file, and a log is read while it grows.
    PYTHONUNBUFFERED: "1",
    VIRTUAL_ENV: environment.folder,
    CONDA_DEFAULT_ENV: environment.folder,
    CONDA_PREFIX: environment.folder,
    AZUREML_CONDA_ENVIRONMENT_PATH: environment.folder,
    ...azureVariables(folders),
    ...(spec.gpus === undefined ? {} : gpuVariables(spec.gpus)),
    ...dataVariables(sources.inputs, "AZURE_ML_INPUT_"),
    ...dataVariables(sources.outputs, "AZURE_ML_OUTPUT_"),
    ...referenceVariables(sources),
    ...spec.environment.variables,
    ...spec.variables,
    ...port,
    ...(spec.group === undefined ? {} : groupVariables(spec.group)),
  };
  merged["PATH"] = [...environment.paths, merged["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].join(delimiter);
  merged[TASK_MARKER] = spec.taskId;
  return merged;
}

/** What a task may see of the variables of the runner's own process. */
export function pickNodeVariables(node: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(node).filter(([name]) => NODE_VARIABLES.test(name));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function azureVariables({ root, code, inputs }: TaskFolders): Record<string, string> {
  return {
    AZUREML_CR_NODE_RANK: "0",
    AZUREML_CR_EXECUTION_WORKING_DIR_PATH: root,
    AZUREML_CR_DATA_CAPABILITY_PATH: inputs,
    AZUREML_CR_COMPUTE_CONTEXT: "",
    AZ_BATCHAI_JOB_WORK_DIR: code,
    AZ_BATCHAI_JOB_MOUNT_ROOT: root,
    AZ_BATCHAI_STDOUTERR_DIR: `${root}/user_logs`,
    AZ_BATCHAI_NODE_LIST: "127.0.0.1",
    AZ_BATCHAI_NUM_GPUS: "0",
    AZ_BATCH_NODE_LIST: "127.0.0.1",
    AZ_BATCH_IS_CURRENT_NODE_MASTER: "true",
  };
}

/** GPUs in the order of the bus, as they were counted when they were given out. */
function gpuVariables(gpus: readonly number[]): Record<string, string> {
  const list = gpus.join(",");
  return {
    CUDA_DEVICE_ORDER: "PCI_BUS_ID",
    CUDA_VISIBLE_DEVICES: list,
    NVIDIA_VISIBLE_DEVICES: list === "" ? "void" : list,
    AZ_BATCHAI_NUM_GPUS: String(gpus.length),
    AZ_BATCHAI_GPU_COUNT_FOUND: String(gpus.length),
  };
}

function dataVariables(values: Readonly<Record<string, string>>, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => [
      [`${prefix}${name}`, value],
      [`${prefix}${name.toUpperCase()}`, value],
    ]),
  );
}

/** The first SDK's name for a data path. */
function referenceVariables({ spec, inputs, outputs }: VariableSources): Record<string, string> {
  const data = spec.inputs.map((input) => [`AZUREML_DATAREFERENCE_${input.name}`, inputs[input.name] ?? ""]);
  const results = spec.outputs.map((output) => [`AZUREML_DATAREFERENCE_${output.name}`, outputs[output.name] ?? ""]);
  return Object.fromEntries([...data, ...results]);
}
