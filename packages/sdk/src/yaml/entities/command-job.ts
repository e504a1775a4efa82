import { text, word, type Codec } from "../codec.ts";
import { group, isRecord, record, renamed, required, scalarOr, unsent } from "../composite-codec.ts";
import { ENVIRONMENT_INLINE } from "./environment.ts";
import { COMMAND_LIMITS, JOB_FIELDS, QUEUE_SETTINGS, shortenReferences } from "./job-fields.ts";
import { DISTRIBUTION, RESOURCES } from "./shared-fields.ts";

const SHAPE = group(
  "a command job",
  {
    ...JOB_FIELDS,
    type: unsent(word({ command: "Command" })),
    component: renamed("componentId", text()),
    command: required(text("a command line")),
    code: renamed("codeId", text("a folder, a file or a code asset")),
    environment: required(renamed("environmentId", scalarOr(text("an environment"), ENVIRONMENT_INLINE))),
    environment_variables: record(text()),
    distribution: DISTRIBUTION,
    resources: RESOURCES,
    limits: COMMAND_LIMITS,
    queue_settings: QUEUE_SETTINGS,
  },
  { root: true },
);

export const COMMAND_JOB: Codec = {
  ...SHAPE,
  toArm(value) {
    const body = SHAPE.toArm(value);
    return isRecord(body) ? { jobType: "Command", ...body } : body;
  },
  fromArm(value) {
    const shown = SHAPE.fromArm(value);
    return isRecord(shown) ? shortenReferences(shown) : shown;
  },
};
