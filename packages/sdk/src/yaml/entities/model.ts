import { anything, text, word, type Codec } from "../codec.ts";
import { group, isRecord, record, renamed, required, shown } from "../composite-codec.ts";
import { defineEntity } from "./entity.ts";
import { ASSET_FIELDS } from "./shared-fields.ts";

/** ARM wraps the keys of a flavor into `data`. */
const FLAVOR: Codec = {
  ...record(anything()),
  toArm: (value) => ({ data: value }),
  fromArm: (value) => (isRecord(value) ? (value["data"] ?? value) : value),
};

export const MODEL_FIELDS = {
  ...ASSET_FIELDS,
  type: renamed(
    "modelType",
    word({ custom_model: "custom_model", mlflow_model: "mlflow_model", triton_model: "triton_model" }),
  ),
  path: required(renamed("modelUri", text("a path or URI"))),
  flavors: record(FLAVOR),
  job_name: shown("jobName", text()),
};

export const modelEntity = defineEntity({
  noun: "model",
  what: "a model",
  codec: group("a model", MODEL_FIELDS, { root: true }),
});
