import { anything, word, type Codec } from "../codec.ts";
import { group, isRecord, renamed, unsent } from "../composite-codec.ts";
import { PIPELINE_JOBS } from "./component.ts";
import { componentReference } from "./component-reference.ts";
import { JOB_FIELDS, shortenReferences } from "./job-fields.ts";
import { PIPELINE_SETTINGS } from "./pipeline-settings.ts";

const SHAPE = group(
  "a pipeline job",
  {
    ...JOB_FIELDS,
    type: unsent(word({ pipeline: "Pipeline" })),
    jobs: PIPELINE_JOBS,
    component: renamed("componentId", componentReference(anything)),
    settings: PIPELINE_SETTINGS,
  },
  { root: true },
);

export const PIPELINE_JOB: Codec = {
  ...SHAPE,
  read(value, place) {
    const read = SHAPE.read(value, place);
    if (!isRecord(value) || !isRecord(read)) return read;
    const has = ["jobs", "component"].filter((key) => value[key] !== undefined && value[key] !== null);
    if (has.length === 2)
      place.report([...place.path, "component"], "A pipeline job has 'jobs' or a 'component', not both.", "key");
    if (has.length === 0) place.report(place.path, "'jobs' is missing from a pipeline job.");
    return read;
  },
  toArm(value) {
    const body = SHAPE.toArm(value);
    return isRecord(body) ? { jobType: "Pipeline", ...body } : body;
  },
  fromArm(value) {
    const shown = SHAPE.fromArm(value);
    return isRecord(shown) ? shortenReferences(shown) : shown;
  },
};
