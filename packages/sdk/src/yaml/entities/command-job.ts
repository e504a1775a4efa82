import { anything, duration, text, word, type Codec } from "../codec.ts";
import { group, isRecord, list, record, renamed, required, scalarOr, shown, unsent } from "../composite-codec.ts";
import { defineEntity } from "./entity.ts";
import { ENVIRONMENT_INLINE } from "./environment.ts";
import { JOB_INPUTS, JOB_OUTPUTS, JOB_SERVICES } from "./job-io.ts";
import { DISTRIBUTION, JOB_IDENTITY, RESOURCES } from "./shared-fields.ts";

/** ARM writes nodes as `{nodesValueType: "All"}`; YAML as `nodes: all`. */
const COMMAND_JOB = group(
  "a command job",
  {
    type: unsent(word({ command: "Command" })),
    name: unsent(text()),
    display_name: text(),
    experiment_name: text(),
    description: text(),
    tags: record(text()),
    properties: record(text()),
    compute: renamed("computeId", text()),
    component: renamed("componentId", text()),
    command: required(text("a command line")),
    code: renamed("codeId", text("a folder, a file or a code asset")),
    environment: required(renamed("environmentId", scalarOr(text("an environment"), ENVIRONMENT_INLINE))),
    environment_variables: record(text()),
    inputs: JOB_INPUTS,
    outputs: JOB_OUTPUTS,
    distribution: DISTRIBUTION,
    resources: RESOURCES,
    services: JOB_SERVICES,
    identity: JOB_IDENTITY,
    limits: group("limits", { timeout: duration("seconds") }),
    queue_settings: group("queue settings", {
      job_tier: word({ spot: "Spot", basic: "Basic", standard: "Standard", premium: "Premium", null: "Null" }),
      priority: word({ low: "Low", medium: "Medium", high: "High" }),
    }),
    notification_settings: renamed(
      "notificationSetting",
      group("notification settings", { email_on: list(text()), emails: list(text()), webhooks: anything() }),
    ),
    parent_job_name: text(),
    status: shown("status", text()),
    status_reason: shown("lazuli.reason", text()),
    timeline: shown("lazuli.timeline", anything()),
    substitutions: shown("lazuli.substitutions", anything()),
    is_archived: shown("isArchived", anything()),
  },
  { root: true },
);

const LATER_TYPES = ["sweep", "pipeline", "automl", "spark", "parallel", "import", "data_transfer", "finetuning"];

/** Command jobs in full; the other types are named, so that nobody takes their keys for typos. */
const JOB: Codec = {
  ...COMMAND_JOB,
  read(value, place) {
    const type = isRecord(value)
      ? String(value["type"] ?? (isRecord(value["jobs"]) ? "pipeline" : "command"))
      : "command";
    const later = LATER_TYPES.find((candidate) => candidate === type.toLowerCase());
    if (later === undefined) return COMMAND_JOB.read(value, place);
    place.report(
      ["type"],
      `Jobs of type '${later}' come with a later release of Lazuli; this one runs 'command' jobs.`,
    );
    return undefined;
  },
  toArm(value) {
    const body = COMMAND_JOB.toArm(value);
    if (!isRecord(body)) return body;
    const limits = isRecord(body["limits"]) ? { limits: { jobLimitsType: "Command", ...body["limits"] } } : {};
    return { jobType: "Command", ...body, ...limits };
  },
  fromArm(value) {
    const shown = COMMAND_JOB.fromArm(value);
    if (!isRecord(shown) || !isRecord(value)) return shown;
    const compute = shown["compute"];
    return {
      type: String(value["jobType"] ?? "Command").toLowerCase(),
      ...shown,
      ...(typeof compute === "string" ? { compute: shortName(compute, "computes") } : {}),
      ...(typeof shown["environment"] === "string"
        ? { environment: shortAsset(shown["environment"], "environments") }
        : {}),
      ...(typeof shown["code"] === "string" ? { code: `azureml:${shown["code"].replace(/^azureml:/, "")}` } : {}),
    };
  },
};

export const jobEntity = defineEntity({ noun: "job", what: "a job", codec: JOB, prefixedId: true });

/** `azureml:cpu-cluster` for the id of a compute; other values stay. */
function shortName(id: string, collection: string): string {
  const match = new RegExp(`/workspaces/[^/]+/${collection}/([^/]+)$`, "i").exec(id);
  return match === null ? id : `azureml:${match[1]}`;
}

/** `azureml:sklearn:3` for the id of an asset in a workspace; others keep their full id. */
function shortAsset(id: string, collection: string): string {
  const match = new RegExp(`/workspaces/[^/]+/${collection}/([^/]+)/versions/([^/]+)$`, "i").exec(id);
  return match === null ? id : `azureml:${match[1]}:${match[2]}`;
}
