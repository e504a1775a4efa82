import { anything, text, word, type Codec } from "../codec.ts";
import { group, isRecord, record, renamed, scalarOr, unsent } from "../composite-codec.ts";

export const DATA_TYPES = {
  uri_file: "uri_file",
  uri_folder: "uri_folder",
  mltable: "mltable",
  custom_model: "custom_model",
  mlflow_model: "mlflow_model",
  triton_model: "triton_model",
} as const;

const MODES = {
  ro_mount: "ReadOnlyMount",
  rw_mount: "ReadWriteMount",
  download: "Download",
  upload: "Upload",
  direct: "Direct",
  eval_mount: "EvalMount",
  eval_download: "EvalDownload",
};

/** A plain value; Azure sends it as text. */
const LITERAL: Codec = {
  expects: "a value",
  read(value, place) {
    // JavaScript takes 1.0 for 1; Python, which Azure's clients are written in, does not.
    const isWritten = typeof value === "number" && /^[-+]?\d+\.0*$/.test(place.textAt(place.path) ?? "");
    return isWritten ? `${value}.0` : value;
  },
  // Python's spelling of booleans, which is what scripts written against the Python SDK parse.
  toArm: (value) => ({
    jobInputType: "literal",
    value: typeof value === "boolean" ? (value ? "True" : "False") : String(value),
  }),
  fromArm: (value) => value,
};

const INPUT_GROUP = group("a job input", {
  type: renamed("jobInputType", word(DATA_TYPES)),
  path: renamed("uri", text("a path, URI or asset")),
  mode: word(MODES),
  description: text(),
  datastore: unsent(text()),
  path_on_compute: renamed("pathOnCompute", text()),
});

const INPUT: Codec = {
  ...scalarOr(LITERAL, INPUT_GROUP),
  toArm(value) {
    if (!isRecord(value)) return LITERAL.toArm(value);
    const body = INPUT_GROUP.toArm(value);
    return { jobInputType: "uri_folder", ...(isRecord(body) ? body : {}) };
  },
  fromArm(value) {
    if (isRecord(value) && String(value["jobInputType"]).toLowerCase() === "literal") return value["value"];
    return INPUT_GROUP.fromArm(value);
  },
};

const OUTPUT: Codec = (() => {
  const shape = group("a job output", {
    type: renamed("jobOutputType", word(DATA_TYPES)),
    path: renamed("uri", text("a URI")),
    mode: word(MODES),
    description: text(),
    name: renamed("assetName", text()),
    version: renamed("assetVersion", text()),
    path_on_compute: renamed("pathOnCompute", text()),
  });
  return {
    ...shape,
    read: (value, place) => (value === "" ? {} : shape.read(value, place)),
    toArm(value) {
      const body = shape.toArm(value);
      return { jobOutputType: "uri_folder", ...(isRecord(body) ? body : {}) };
    },
  };
})();

/** An empty output (`model:` with nothing after it) is a folder in the default place. */
function keepingEmpty(shape: Codec): Codec {
  return {
    ...shape,
    read(value, place) {
      if (!isRecord(value)) return shape.read(value, place);
      return shape.read(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, item ?? {}])), place);
    },
  };
}

export const JOB_INPUTS = record(INPUT);
export const JOB_OUTPUTS = keepingEmpty(record(OUTPUT));

/** Programs a user can open while a job runs. */
export const JOB_SERVICES = record(
  group("a job service", {
    type: renamed(
      "jobServiceType",
      word({
        jupyter_lab: "JupyterLab",
        ssh: "SSH",
        tensor_board: "TensorBoard",
        vs_code: "VSCode",
        custom: "Custom",
        Studio: "Studio",
        Tracking: "Tracking",
      }),
    ),
    port: anything(),
    endpoint: text(),
    status: text(),
    error_message: text(),
    nodes: word({ all: "all" }),
    properties: record(text()),
    ssh_public_keys: renamed("properties.sshPublicKeys", text()),
    log_dir: renamed("properties.logDir", text()),
  }),
);
