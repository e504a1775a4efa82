import { text, word, type Codec } from "../codec.ts";
import { group, isRecord, record, renamed, required, scalarOr, unsent } from "../composite-codec.ts";
import { ENVIRONMENT_INLINE } from "./environment.ts";
import { JOB_FIELDS, QUEUE_SETTINGS, shortenReferences } from "./job-fields.ts";
import { EARLY_TERMINATION, OBJECTIVE, SAMPLING_ALGORITHM, SWEEP_LIMITS } from "./sweep-fields.ts";
import { SEARCH_SPACE } from "./search-space.ts";
import { DISTRIBUTION, RESOURCES } from "./shared-fields.ts";

const TRIAL = group("a trial", {
  command: required(text("a command line")),
  code: renamed("codeId", text("a folder, a file or a code asset")),
  environment: required(renamed("environmentId", scalarOr(text("an environment"), ENVIRONMENT_INLINE))),
  environment_variables: record(text()),
  distribution: DISTRIBUTION,
  resources: RESOURCES,
  queue_settings: unsent(QUEUE_SETTINGS),
});

const SHAPE = group(
  "a sweep job",
  {
    ...JOB_FIELDS,
    type: unsent(word({ sweep: "Sweep" })),
    trial: required(TRIAL),
    search_space: required(SEARCH_SPACE),
    sampling_algorithm: SAMPLING_ALGORITHM,
    objective: required(OBJECTIVE),
    early_termination: EARLY_TERMINATION,
    limits: required(SWEEP_LIMITS),
    resources: RESOURCES,
    queue_settings: QUEUE_SETTINGS,
  },
  { root: true },
);

export const SWEEP_JOB: Codec = {
  ...SHAPE,
  toArm(value) {
    const body = SHAPE.toArm(value);
    if (!isRecord(body)) return body;
    return { jobType: "Sweep", samplingAlgorithm: { samplingAlgorithmType: "Random" }, ...body };
  },
  fromArm(value) {
    const shown = SHAPE.fromArm(value);
    if (!isRecord(shown)) return shown;
    const { trial } = shown;
    return { ...shortenReferences(shown), ...(isRecord(trial) ? { trial: shortenReferences(trial) } : {}) };
  },
};
