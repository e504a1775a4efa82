import { anything, duration, text, word, type Codec } from "../codec.ts";
import { group, isRecord, list, record, renamed, shown, unsent, type Fields } from "../composite-codec.ts";
import { JOB_INPUTS, JOB_OUTPUTS } from "./job-io.ts";
import { JOB_IDENTITY } from "./shared-fields.ts";

export const QUEUE_SETTINGS = group("queue settings", {
  job_tier: word({ spot: "Spot", basic: "Basic", standard: "Standard", premium: "Premium", null: "Null" }),
  priority: priorityCodec(),
});

export const COMMAND_LIMITS: Codec = (() => {
  const shape = group("limits", { timeout: duration("seconds") });
  return {
    ...shape,
    toArm(value) {
      const body = shape.toArm(value);
      return { ...(isRecord(body) ? body : {}), jobLimitsType: "Command" };
    },
  };
})();

const JOB_EVENT = word({ job_completed: "JobCompleted", job_failed: "JobFailed", job_cancelled: "JobCancelled" });

export const SERVICE = group("a job service", {
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
  nodes: nodesCodec(),
  properties: record(text()),
  ssh_public_keys: renamed("properties.sshPublicKeys", text()),
  log_dir: renamed("properties.logDir", text()),
});

/** Keys of every job, whatever its type. */
export const JOB_FIELDS: Fields = {
  name: unsent(text()),
  display_name: text(),
  experiment_name: text(),
  description: text(),
  tags: record(text()),
  properties: record(text()),
  compute: renamed("computeId", text()),
  inputs: JOB_INPUTS,
  outputs: JOB_OUTPUTS,
  identity: JOB_IDENTITY,
  // Programs a user can open while the job runs.
  services: record(SERVICE),
  notification_settings: renamed(
    "notificationSetting",
    group("notification settings", {
      email_on: list(JOB_EVENT),
      emails: list(text()),
      webhooks: record(group("a webhook", { webhook_type: text(), event_type: JOB_EVENT, url: text() })),
    }),
  ),
  parent_job_name: text(),
  status: shown("status", text()),
  status_reason: shown("lazuli.reason", text()),
  started_at: shown("lazuli.startedAt", instant()),
  ended_at: shown("lazuli.endedAt", instant()),
  error: shown("lazuli.error", anything()),
  best_trial: shown("lazuli.sweep.bestTrial", anything()),
  timeline: shown("lazuli.timeline", anything()),
  substitutions: shown("lazuli.substitutions", anything()),
  is_archived: shown("isArchived", anything()),
};

/** A word in YAML; a number to Azure's clients, though the API also takes the word. */
function priorityCodec(): Codec {
  const words = word({ low: "Low", medium: "Medium", high: "High" });
  const names = ["low", "medium", "high"];
  return {
    ...words,
    toArm: (value) => names.indexOf(String(value)) + 1,
    fromArm: (value) => names[Number(value) - 1] ?? words.fromArm(value),
  };
}

/** Milliseconds of the platform, shown as a time. */
function instant(): Codec {
  return { ...anything(), fromArm: (value) => (typeof value === "number" ? new Date(value).toISOString() : value) };
}

/** ARM writes `{nodesValueType: "All"}`; YAML `all`, or the index of one. */
function nodesCodec(): Codec {
  return {
    expects: "'all'",
    read: (value, place) => text("'all'").read(value, place),
    toArm: (value) => (String(value).toLowerCase() === "all" ? { nodesValueType: "All" } : value),
    fromArm: (value) => (isRecord(value) ? String(value["nodesValueType"]).toLowerCase() : value),
  };
}

/** What `show` prints of references: short names where they lie in a workspace. */
export function shortenReferences(shownJob: Record<string, unknown>): Record<string, unknown> {
  const { compute, environment, code } = shownJob;
  return {
    ...shownJob,
    ...(typeof compute === "string" ? { compute: shortName(compute, "computes") } : {}),
    ...(typeof environment === "string" ? { environment: shortAsset(environment, "environments") } : {}),
    ...(typeof code === "string" ? { code: `azureml:${code.replace(/^azureml:/, "")}` } : {}),
  };
}

/** `azureml:cpu-cluster` for the id of a compute or datastore; other values stay. */
export function shortName(id: string, collection: string): string {
  const match = new RegExp(`/workspaces/[^/]+/${collection}/([^/]+)$`, "i").exec(id);
  return match === null ? id : `azureml:${match[1]}`;
}

/** `azureml:sklearn:3` for the id of an asset in a workspace; others keep their full id. */
export function shortAsset(id: string, collection: string): string {
  const match = new RegExp(`/workspaces/[^/]+/${collection}/([^/]+)/versions/([^/]+)$`, "i").exec(id);
  return match === null ? id : `azureml:${match[1]}:${match[2]}`;
}
