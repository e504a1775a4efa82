import { anything, boolean, duration, integer, number, text, word, type Codec } from "../codec.ts";
import { group, isRecord, record, renamed, required, scalarOr, shown, unsent } from "../composite-codec.ts";
import { defineEntity } from "./entity.ts";
import { ENVIRONMENT_INLINE } from "./environment.ts";
import { MODEL_FIELDS } from "./model.ts";
import { ENABLED } from "./shared-fields.ts";

const PROBE = group("a probe", {
  initial_delay: duration("seconds"),
  period: duration("seconds"),
  timeout: duration("seconds"),
  success_threshold: integer({ min: 1 }),
  failure_threshold: integer({ min: 1 }),
  path: text(),
  port: integer({ min: 1, max: 65_535 }),
  scheme: text(),
  method: text(),
});

const SCALE = group("scale settings", {
  type: required(renamed("scaleType", word({ default: "Default", target_utilization: "TargetUtilization" }))),
  min_instances: integer({ min: 0 }),
  max_instances: integer({ min: 1 }),
  target_utilization_percentage: integer({ min: 1, max: 100 }),
  polling_interval: renamed("pollingInterval", duration("seconds")),
});

const COLLECTION = group("a data collection", {
  enabled: renamed("dataCollectionMode", onOff()),
  sampling_rate: number(),
  data: group("collected data", { name: text(), path: text(), version: text() }),
  client_id: text(),
});

const AMOUNTS = group("resources", {
  cpu: text(),
  memory: text(),
  gpu: text(),
  "nvidia.com/gpu": renamed("gpu", text()),
});

const DEPLOYMENT = group(
  "an online deployment",
  {
    name: unsent(text()),
    endpoint_name: unsent(text()),
    type: renamed("endpointComputeType", word({ managed: "Managed", kubernetes: "Kubernetes" })),
    description: text(),
    location: text(),
    tags: record(text()),
    properties: record(text()),
    model: scalarOr(text("a model"), group("a model", MODEL_FIELDS)),
    model_mount_path: text(),
    code_configuration: group("a code configuration", {
      code: renamed("codeId", text("a folder or a code asset")),
      scoring_script: text("a file in the folder"),
    }),
    environment: renamed("environmentId", scalarOr(text("an environment"), ENVIRONMENT_INLINE)),
    environment_variables: record(text()),
    instance_type: text(),
    instance_count: renamed("sku.capacity", integer({ min: 0 })),
    app_insights_enabled: boolean(),
    scale_settings: SCALE,
    request_settings: group("request settings", {
      request_timeout_ms: renamed("requestTimeout", duration("milliseconds")),
      max_concurrent_requests_per_instance: integer({ min: 1 }),
      max_queue_wait_ms: renamed("maxQueueWait", duration("milliseconds")),
    }),
    liveness_probe: PROBE,
    readiness_probe: PROBE,
    startup_probe: PROBE,
    egress_public_network_access: ENABLED,
    data_collector: group("a data collector", {
      collections: record(COLLECTION),
      rolling_rate: word({ minute: "Minute", hour: "Hour", day: "Day", month: "Month", year: "Year" }),
      sampling_rate: number(),
      request_logging: anything(),
    }),
    resources: renamed(
      "containerResourceRequirements",
      group("resources", {
        requests: renamed("containerResourceRequests", AMOUNTS),
        limits: renamed("containerResourceLimits", AMOUNTS),
      }),
    ),
    private_network_connection: boolean(),
    package_model: unsent(boolean()),
    provisioning_state: shown("provisioningState", text()),
  },
  { root: true },
);

const CODEC: Codec = {
  ...DEPLOYMENT,
  toArm(value) {
    const body = DEPLOYMENT.toArm(value);
    if (!isRecord(body)) return body;
    const sku = isRecord(body["sku"]) ? { sku: { name: "Default", ...body["sku"] } } : {};
    return { endpointComputeType: "Managed", ...body, ...sku };
  },
};

export const onlineDeploymentEntity = defineEntity({
  noun: "online-deployment",
  what: "an online deployment",
  envelope: ["location", "tags", "sku"],
  codec: CODEC,
});

/** `enabled: true` in YAML, a mode in ARM. */
function onOff(): Codec {
  const shape = boolean();
  return {
    ...shape,
    toArm: (value) => (value === true ? "Enabled" : "Disabled"),
    fromArm: (value) => String(value).toLowerCase() === "enabled",
  };
}
