import { anything, text, type Codec } from "../codec.ts";
import { isRecord, record, renamed, required, group, type Fields } from "../composite-codec.ts";
import { JOB_FIELDS, QUEUE_SETTINGS, shortenReferences } from "./job-fields.ts";
import { RESOURCES } from "./shared-fields.ts";

/** Kept and handed on as data: what an AutoML job's own keys mean is checked where it runs. */
export const AUTOML_FIELDS: Fields = {
  task: required(text("a task, as 'classification'")),
  training_data: anything(),
  validation_data: anything(),
  test_data: anything(),
  validation_data_size: anything(),
  test_data_size: anything(),
  n_cross_validations: anything(),
  target_column_name: anything(),
  weight_column_name: anything(),
  positive_label: anything(),
  cv_split_column_names: anything(),
  primary_metric: anything(),
  log_verbosity: anything(),
  limits: anything(),
  training: anything(),
  featurization: anything(),
  forecasting: anything(),
  sweep: anything(),
  search_space: anything(),
  training_parameters: anything(),
  image_model: anything(),
};

const SHAPE = group(
  "an AutoML job",
  {
    ...JOB_FIELDS,
    ...AUTOML_FIELDS,
    type: renamed("type", text()),
    environment_variables: record(text()),
    resources: RESOURCES,
    queue_settings: QUEUE_SETTINGS,
  },
  { root: true },
);

const OWN = new Set(Object.keys(AUTOML_FIELDS));

/** The task's own keys go, as they are, into `taskDetails`; the platform says what it makes of them. */
export const AUTOML_JOB: Codec = {
  ...SHAPE,
  toArm(value) {
    if (!isRecord(value)) return value;
    const own = Object.entries(value).filter(([key]) => OWN.has(key));
    const others = Object.fromEntries(Object.entries(value).filter(([key]) => !OWN.has(key) && key !== "type"));
    const body = SHAPE.toArm(others);
    const { task, ...details } = Object.fromEntries(own);
    const taskType = String(task).replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
    return { jobType: "AutoML", ...(isRecord(body) ? body : {}), taskDetails: { taskType, ...details } };
  },
  fromArm(value) {
    const shown = SHAPE.fromArm(value);
    return isRecord(shown) ? shortenReferences(shown) : shown;
  },
};
