import type { Codec, Place } from "../codec.ts";
import { isRecord } from "../composite-codec.ts";
import { suggest } from "../nearest-word.ts";
import { AUTOML_JOB } from "./automl-job.ts";
import { COMMAND_JOB } from "./command-job.ts";
import { defineEntity } from "./entity.ts";
import { PIPELINE_JOB } from "./pipeline-job.ts";
import { SPARK_JOB } from "./spark-job.ts";
import { SWEEP_JOB } from "./sweep-job.ts";

const KINDS: Readonly<Record<string, Codec>> = {
  command: COMMAND_JOB,
  pipeline: PIPELINE_JOB,
  sweep: SWEEP_JOB,
  spark: SPARK_JOB,
  automl: AUTOML_JOB,
};

/** Types that only steps of a pipeline have. */
const STEP_TYPES = ["parallel", "import", "data_transfer", "if_else", "do_while", "parallel_for"];

/** A job of any type: the one it names, or the one that its keys belong to. */
const JOB: Codec = {
  expects: "a job",
  read(value, place) {
    const type = jobTypeOf(value);
    const codec = KINDS[type];
    if (codec === undefined) return reportType(type, place);
    const read = codec.read(value, place);
    return isRecord(read) ? { ...read, type } : undefined;
  },
  toArm: (value) => KINDS[jobTypeOf(value)]?.toArm(value),
  fromArm(value) {
    const type = isRecord(value) ? String(value["jobType"] ?? "command").toLowerCase() : "command";
    const shown = (KINDS[type] ?? COMMAND_JOB).fromArm(value);
    return isRecord(shown) ? { ...shown, type } : shown;
  },
};

export const jobEntity = defineEntity({ noun: "job", what: "a job", codec: JOB, prefixedId: true });

/** `command` where a file neither says it nor has keys of another type. */
export function jobTypeOf(value: unknown): string {
  if (!isRecord(value)) return "command";
  if (typeof value["type"] === "string") return value["type"].toLowerCase();
  if (isRecord(value["jobs"])) return "pipeline";
  return value["trial"] === undefined || value["command"] !== undefined ? "command" : "sweep";
}

function reportType(type: string, place: Place): undefined {
  const known = Object.keys(KINDS);
  const message = STEP_TYPES.includes(type)
    ? `'${type}' is a type of steps, not of jobs; put it into a job of type 'pipeline'.`
    : `'type' of a job cannot be '${type}'${suggest(type, known)}`;
  place.report([...place.path, "type"], message);
  return undefined;
}
