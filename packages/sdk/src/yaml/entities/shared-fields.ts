import { anything, boolean, integer, text, word, type Codec } from "../codec.ts";
import {
  group,
  list,
  record,
  renamed,
  required,
  scalarOr,
  shown,
  unsent,
  variants,
  type Fields,
} from "../composite-codec.ts";

/** Keys that every asset version has. `version` may be a number in YAML; it is text to Azure. */
export const ASSET_FIELDS: Fields = {
  name: unsent(text()),
  version: unsent(text()),
  description: text(),
  tags: record(text()),
  properties: record(text()),
  stage: text(),
  datastore: unsent(text()),
  latest_version: shown("latestVersion", text()),
  next_version: shown("nextVersion", text()),
};

export const ENABLED = word({ enabled: "Enabled", disabled: "Disabled" });

/** `type: user_assigned` with its identities becomes ARM's `UserAssigned` with a dictionary by id. */
export const RESOURCE_IDENTITY: Codec = (() => {
  const assigned = group("a user-assigned identity", {
    resource_id: text(),
    client_id: text(),
    object_id: text(),
    principal_id: text(),
  });
  const types = word({
    system_assigned: "SystemAssigned",
    user_assigned: "UserAssigned",
    "system_assigned,user_assigned": "SystemAssigned,UserAssigned",
    none: "None",
  });
  const shape = group("an identity", {
    type: required(types),
    user_assigned_identities: list(assigned),
    principal_id: shown("principalId", text()),
    tenant_id: shown("tenantId", text()),
  });
  return {
    ...shape,
    toArm(value) {
      const body = Object(shape.toArm(value));
      const ids: unknown[] = body.userAssignedIdentities ?? [];
      const byId = Object.fromEntries(ids.map((item) => [String(Object(item).resourceId ?? ""), {}]));
      return { type: body.type, ...(ids.length === 0 ? {} : { userAssignedIdentities: byId }) };
    },
    fromArm(value) {
      const { userAssignedIdentities, ...rest } = Object(value);
      const shownValue = Object(shape.fromArm(rest));
      const ids = Object.entries(Object(userAssignedIdentities ?? {}));
      if (ids.length === 0) return shownValue;
      const identities = ids.map(([id, item]) => ({ resource_id: id, ...Object(assigned.fromArm(item)) }));
      return { ...shownValue, user_assigned_identities: identities };
    },
  };
})();

/** Who a job is when it calls other services. */
export const JOB_IDENTITY = variants("a job's identity", {
  key: "type",
  arm: "identityType",
  cases: {
    user_identity: { arm: "UserIdentity", codec: group("a user identity", {}) },
    user: { arm: "UserIdentity", codec: group("a user identity", {}) },
    aml_token: { arm: "AMLToken", codec: group("a token identity", {}) },
    managed: managedIdentity(),
    managed_identity: managedIdentity(),
  },
});

function managedIdentity() {
  const codec = group("a managed identity", {
    client_id: text(),
    object_id: text(),
    resource_id: text(),
    msi_resource_id: renamed("resourceId", text()),
  });
  return { arm: "Managed", codec };
}

export const RESOURCES = group("resources", {
  instance_count: integer({ min: 1 }),
  instance_type: text(),
  shm_size: text(),
  docker_args: scalarOr(text(), list(text())),
  docker_args_list: list(text()),
  locations: list(text()),
  properties: record(anything()),
  max_instance_count: integer({ min: 1 }),
});

const processes = { process_count_per_instance: integer({ min: 1 }) };

/** How many processes of a job run on how many machines, and by which framework's rules. */
export const DISTRIBUTION = variants("a distribution", {
  key: "type",
  arm: "distributionType",
  cases: {
    pytorch: { arm: "PyTorch", codec: group("a PyTorch distribution", processes) },
    mpi: { arm: "Mpi", codec: group("an MPI distribution", processes) },
    tensorflow: {
      arm: "TensorFlow",
      codec: group("a TensorFlow distribution", {
        worker_count: integer({ min: 1 }),
        parameter_server_count: integer({ min: 0 }),
      }),
    },
    ray: {
      arm: "Ray",
      codec: group("a Ray distribution", {
        port: integer({ min: 1, max: 65_535 }),
        address: text(),
        include_dashboard: boolean(),
        dashboard_port: integer({ min: 1, max: 65_535 }),
        head_node_additional_args: text(),
        worker_node_additional_args: text(),
      }),
    },
  },
});
