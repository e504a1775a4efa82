import { text, word, type Codec } from "../codec.ts";
import { group, isRecord, renamed, scalarOr, unsent } from "../composite-codec.ts";
import { pythonText } from "../python-text.ts";
import { ENVIRONMENT_INLINE } from "./environment.ts";
import { JOB_FIELDS, QUEUE_SETTINGS, shortenReferences } from "./job-fields.ts";
import { SPARK_FIELDS, SPARK_RESOURCES } from "./spark-fields.ts";

const SHAPE = group(
  "a Spark job",
  {
    ...JOB_FIELDS,
    ...SPARK_FIELDS,
    type: unsent(word({ spark: "Spark" })),
    code: renamed("codeId", text("a folder, a file or a code asset")),
    environment: renamed("environmentId", scalarOr(text("an environment"), ENVIRONMENT_INLINE)),
    resources: SPARK_RESOURCES,
    queue_settings: QUEUE_SETTINGS,
  },
  { root: true },
);

export const SPARK_JOB: Codec = {
  ...SHAPE,
  read(value, place) {
    const read = SHAPE.read(value, place);
    if (isRecord(read) && read["compute"] !== undefined && read["resources"] !== undefined) {
      place.report([...place.path, "resources"], "A Spark job has a 'compute' or 'resources', not both.", "key");
    }
    return read;
  },
  toArm(value) {
    const body = SHAPE.toArm(value);
    if (!isRecord(body)) return body;
    const { conf } = body;
    return { jobType: "Spark", ...body, ...(isRecord(conf) ? { conf: textConf(conf) } : {}) };
  },
  fromArm(value) {
    const shown = SHAPE.fromArm(value);
    return isRecord(shown) ? shortenReferences(shown) : shown;
  },
};

/** ARM takes texts only. */
function textConf(conf: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(conf).map(([name, value]) => [name, pythonText(value)]));
}
