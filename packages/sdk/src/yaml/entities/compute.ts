import { anything, boolean, duration, integer, text, word, type Codec } from "../codec.ts";
import { group, isRecord, list, record, renamed, required, shown, unsent, variants } from "../composite-codec.ts";
import { COMPUTE_SCHEDULE } from "./compute-schedule.ts";
import { defineEntity } from "./entity.ts";
import { RESOURCE_IDENTITY } from "./shared-fields.ts";

const COMMON = {
  name: unsent(text()),
  location: text(),
  description: text(),
  tags: record(text()),
  identity: RESOURCE_IDENTITY,
  resource_id: text(),
  provisioning_state: shown("provisioningState", text()),
  provisioning_errors: shown("provisioningErrors", anything()),
  created_on: shown("createdOn", text()),
};

const NETWORK = {
  network_settings: group("network settings", {
    vnet_name: unsent(text()),
    subnet: renamed("id", text()),
  }),
};

const AML_COMPUTE = group(
  "an AmlCompute cluster",
  {
    ...COMMON,
    size: renamed("properties.vmSize", text()),
    tier: renamed("properties.vmPriority", word({ dedicated: "Dedicated", low_priority: "LowPriority" })),
    min_instances: renamed("properties.scaleSettings.minNodeCount", integer({ min: 0 })),
    max_instances: renamed("properties.scaleSettings.maxNodeCount", integer({ min: 0 })),
    idle_time_before_scale_down: renamed("properties.scaleSettings.nodeIdleTimeBeforeScaleDown", duration("seconds")),
    ssh_public_access_enabled: renamed("properties.remoteLoginPortPublicAccess", enabledSwitch()),
    ssh_settings: renamed(
      "properties.userAccountCredentials",
      group("ssh settings", {
        admin_username: renamed("adminUserName", text()),
        admin_password: renamed("adminUserPassword", text()),
        ssh_key_value: renamed("adminUserSshPublicKey", text()),
      }),
    ),
    network_settings: renamed("properties.subnet", NETWORK.network_settings),
    enable_node_public_ip: renamed("properties.enableNodePublicIp", boolean()),
    state: shown("properties.allocationState", text()),
    current_node_count: shown("properties.currentNodeCount", integer()),
    target_node_count: shown("properties.targetNodeCount", integer()),
    node_state_counts: shown("properties.nodeStateCounts", anything()),
  },
  { root: true },
);

const SCRIPT = group("a setup script", {
  path: renamed("scriptData", text()),
  command: renamed("scriptArguments", text()),
  timeout_minutes: renamed("timeout", text()),
});

const COMPUTE_INSTANCE = group(
  "a compute instance",
  {
    ...COMMON,
    size: renamed("properties.vmSize", text()),
    ssh_public_access_enabled: renamed("properties.sshSettings.sshPublicAccess", enabledSwitch()),
    ssh_settings: renamed(
      "properties.sshSettings",
      group("ssh settings", {
        admin_username: renamed("adminUserName", text()),
        ssh_key_value: renamed("adminPublicKey", text()),
        ssh_port: shown("sshPort", text()),
      }),
    ),
    create_on_behalf_of: renamed(
      "properties.personalComputeInstanceSettings.assignedUser",
      group("a user", {
        user_tenant_id: renamed("tenantId", text()),
        user_object_id: renamed("objectId", text()),
      }),
    ),
    network_settings: renamed("properties.subnet", NETWORK.network_settings),
    schedules: renamed(
      "properties.schedules",
      group("schedules", { compute_start_stop: renamed("computeStartStop", list(COMPUTE_SCHEDULE)) }),
    ),
    setup_scripts: renamed(
      "properties.setupScripts.scripts",
      group("setup scripts", { creation_script: SCRIPT, startup_script: SCRIPT }),
    ),
    idle_time_before_shutdown: renamed("properties.idleTimeBeforeShutdown", text("an ISO 8601 duration")),
    idle_time_before_shutdown_minutes: renamed("properties.idleTimeBeforeShutdown", duration("minutes")),
    custom_applications: renamed("properties.customServices", anything()),
    enable_node_public_ip: renamed("properties.enableNodePublicIp", boolean()),
    enable_sso: renamed("properties.enableSSO", boolean()),
    enable_root_access: renamed("properties.enableRootAccess", boolean()),
    enable_os_patching: renamed("properties.enableOSPatching", boolean()),
    release_quota_on_stop: renamed("properties.releaseQuotaOnStop", boolean()),
    state: shown("properties.state", text()),
    last_operation: shown("properties.lastOperation", anything()),
    applications: shown("properties.applications", anything()),
  },
  { root: true },
);

const KUBERNETES = group(
  "a Kubernetes cluster",
  { ...COMMON, resource_id: required(text()), namespace: renamed("properties.namespace", text()) },
  { root: true },
);

const VIRTUAL_MACHINE = group(
  "a virtual machine",
  {
    ...COMMON,
    resource_id: required(text()),
    ssh_settings: renamed(
      "properties",
      group("ssh settings", {
        admin_username: renamed("administratorAccount.username", text()),
        admin_password: renamed("administratorAccount.password", text()),
        ssh_private_key_file: renamed("administratorAccount.privateKeyData", text()),
        ssh_port: integer({ min: 1, max: 65_535 }),
      }),
    ),
  },
  { root: true },
);

const SHAPES = variants("a compute", {
  key: "type",
  arm: "computeType",
  cases: {
    amlcompute: { arm: "AmlCompute", codec: AML_COMPUTE },
    computeinstance: { arm: "ComputeInstance", codec: COMPUTE_INSTANCE },
    kubernetes: { arm: "Kubernetes", codec: KUBERNETES },
    virtualmachine: { arm: "VirtualMachine", codec: VIRTUAL_MACHINE },
    synapsespark: { arm: "SynapseSpark", codec: group("a Synapse Spark pool", COMMON, { root: true }) },
  },
});

const CODEC: Codec = {
  ...SHAPES,
  toArm(value) {
    const body = SHAPES.toArm(value);
    if (!isRecord(body)) return body;
    return body["computeType"] === "AmlCompute" ? withClusterDefaults(body) : body;
  },
};

export const computeEntity = defineEntity({
  noun: "compute",
  what: "a compute",
  envelope: ["location", "tags", "identity"],
  codec: CODEC,
});

/** Azure's own defaults for what a cluster's file leaves out. */
function withClusterDefaults(body: Record<string, unknown>): Record<string, unknown> {
  const inner = isRecord(body["properties"]) ? body["properties"] : {};
  const scale = isRecord(inner["scaleSettings"]) ? inner["scaleSettings"] : {};
  const defaults = { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT2M" };
  const properties = {
    vmSize: "Standard_DS3_v2",
    vmPriority: "Dedicated",
    ...inner,
    scaleSettings: { ...defaults, ...scale },
  };
  return { ...body, properties };
}

/** `true` in YAML, `Enabled` in ARM. */
function enabledSwitch(): Codec {
  const shape = boolean();
  return {
    ...shape,
    toArm: (value) => (value === true ? "Enabled" : "Disabled"),
    fromArm: (value) => String(value).toLowerCase() === "enabled",
  };
}
