import { anything, text, word, type Codec } from "../codec.ts";
import { isExpression } from "../adapting-codec.ts";
import { group, isRecord, record, renamed, scalarOr, unsent } from "../composite-codec.ts";
import { pythonText } from "../python-text.ts";

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
  mount: "ReadWriteMount",
  rw_mount: "ReadWriteMount",
  download: "Download",
  upload: "Upload",
  direct: "Direct",
  eval_mount: "EvalMount",
  eval_download: "EvalDownload",
};

/** How inputs and outputs are spelt: in camel case in a job, in snake case in a step of a pipeline. */
interface Spelling {
  readonly inputType: string;
  readonly outputType: string;
  readonly assetName: string;
  readonly assetVersion: string;
  readonly pathOnCompute: string;
}

const OF_JOB: Spelling = {
  inputType: "jobInputType",
  outputType: "jobOutputType",
  assetName: "assetName",
  assetVersion: "assetVersion",
  pathOnCompute: "pathOnCompute",
};

const OF_NODE: Spelling = {
  inputType: "job_input_type",
  outputType: "job_output_type",
  assetName: "name",
  assetVersion: "version",
  pathOnCompute: "path_on_compute",
};

/** A plain value; Azure sends it as text. */
function literalCodec(inputType: string): Codec {
  return {
    expects: "a value",
    read(value, place) {
      const written = typeof value === "number" ? place.textAt(place.path) : undefined;
      if (written === undefined) return value;
      // JavaScript takes 1.0 for 1; Python, which Azure's clients are written in, does not.
      if (/^[-+]?\d+\.0*$/.test(written)) return `${String(value)}.0`;
      // To YAML 1.1, which they read, an exponent makes a number only beside a point and with a sign.
      return /e/i.test(written) && !/^[-+]?\d+\.\d*e[-+]\d+$/i.test(written) ? written : value;
    },
    toArm: (value) => ({ [inputType]: "literal", value: pythonText(value) }),
    fromArm: (value) => value,
  };
}

function inputCodec(spelling: Spelling): Codec {
  const literal = literalCodec(spelling.inputType);
  const data = group("a job input", {
    type: renamed(spelling.inputType, word(DATA_TYPES)),
    path: renamed("uri", text("a path, URI or asset")),
    value: anything(),
    mode: word(MODES),
    description: text(),
    datastore: unsent(text()),
    path_on_compute: renamed(spelling.pathOnCompute, text()),
  });
  return {
    ...scalarOr(literal, data),
    read(value, place) {
      const read = scalarOr(literal, data).read(value, place);
      // `{value: 3}` is another way to write the literal 3.
      return isRecord(read) && read["value"] !== undefined && read["path"] === undefined ? read["value"] : read;
    },
    toArm(value) {
      if (!isRecord(value)) return literal.toArm(value);
      const body = data.toArm(value);
      const { [spelling.inputType]: _, uri, ...rest } = isRecord(body) ? body : {};
      // A bound input may still choose its mode; its type is that of what it is bound to.
      if (isExpression(uri) && uri.startsWith("${{parent."))
        return { ...rest, [spelling.inputType]: "literal", value: uri };
      return { [spelling.inputType]: "uri_folder", ...(isRecord(body) ? body : {}) };
    },
    fromArm(value) {
      if (!isRecord(value)) return value;
      if (String(value[spelling.inputType] ?? "literal").toLowerCase() !== "literal") return data.fromArm(value);
      if (value["mode"] === undefined || value["mode"] === null) return value["value"];
      const shown = data.fromArm({ mode: value["mode"] });
      return { ...(isRecord(shown) ? shown : {}), path: value["value"] };
    },
  };
}

function outputCodec(spelling: Spelling): Codec {
  const shape = group("a job output", {
    type: renamed(spelling.outputType, word(DATA_TYPES)),
    path: renamed("uri", text("a URI")),
    mode: word(MODES),
    description: text(),
    name: renamed(spelling.assetName, text()),
    version: renamed(spelling.assetVersion, text()),
    path_on_compute: renamed(spelling.pathOnCompute, text()),
  });
  return {
    ...shape,
    read: (value, place) => (value === "" ? {} : shape.read(value, place)),
    toArm(value) {
      const body = shape.toArm(value);
      return { [spelling.outputType]: "uri_folder", ...(isRecord(body) ? body : {}) };
    },
  };
}

/** An output of a step: bound to one of the pipeline's by a text, or data of its own. */
function nodeOutputCodec(): Codec {
  const data = outputCodec(OF_NODE);
  return {
    expects: "`${{parent.outputs.x}}`, or keys of an output",
    read: (value, place) => (isExpression(value) ? value : data.read(value, place)),
    toArm(value) {
      const bound = isExpression(value) ? { path: value } : value;
      if (!isRecord(bound)) return data.toArm({});
      const { path } = bound;
      if (!isExpression(path) || !path.startsWith("${{parent.")) return data.toArm(bound);
      const body = data.toArm({ ...bound, path: undefined });
      const { [OF_NODE.outputType]: _, ...rest } = isRecord(body) ? body : {};
      return { ...rest, value: path, type: "literal" };
    },
    fromArm(value) {
      if (!isRecord(value) || typeof value["value"] !== "string") return data.fromArm(value);
      const { value: path, type: _, ...rest } = value;
      const shown = data.fromArm(rest);
      return isRecord(shown) && Object.keys(shown).length > 0 ? { ...shown, path } : path;
    },
  };
}

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

export const JOB_INPUTS = record(inputCodec(OF_JOB));
export const JOB_OUTPUTS = keepingEmpty(record(outputCodec(OF_JOB)));
export const NODE_INPUT = inputCodec(OF_NODE);
export const NODE_INPUTS = record(NODE_INPUT);
/** An output that a step only names is its component's business, and is not sent. */
export const NODE_OUTPUTS: Codec = (() => {
  const shape = keepingEmpty(record(nodeOutputCodec()));
  const isNamedOnly = (output: unknown) => isRecord(output) && Object.keys(output).length === 0;
  return {
    ...shape,
    toArm(value) {
      const outputs = Object.entries(isRecord(value) ? value : {}).filter(([, output]) => !isNamedOnly(output));
      return outputs.length === 0 ? undefined : shape.toArm(Object.fromEntries(outputs));
    },
  };
})();
