import { anything, boolean, text, word } from "../codec.ts";
import { group, list, record, renamed, shown, unsent } from "../composite-codec.ts";
import { defineEntity } from "./entity.ts";
import { ENABLED, RESOURCE_IDENTITY } from "./shared-fields.ts";

const OUTBOUND_RULE = group("an outbound rule", {
  name: text(),
  type: word({ fqdn: "FQDN", private_endpoint: "PrivateEndpoint", service_tag: "ServiceTag" }),
  destination: anything(),
  category: text(),
  status: text(),
});

export const workspaceEntity = defineEntity({
  noun: "workspace",
  what: "a workspace",
  envelope: ["location", "tags", "identity", "kind"],
  codec: group(
    "a workspace",
    {
      name: unsent(text()),
      resource_group: unsent(text()),
      location: text(),
      kind: word({ default: "Default", hub: "Hub", project: "Project", featurestore: "FeatureStore" }),
      display_name: renamed("friendlyName", text()),
      description: text(),
      tags: record(text()),
      storage_account: text(),
      key_vault: text(),
      application_insights: text(),
      container_registry: text(),
      image_build_compute: text(),
      public_network_access: ENABLED,
      hbi_workspace: boolean(),
      customer_managed_key: renamed(
        "encryption.keyVaultProperties",
        group("a customer-managed key", {
          key_vault: renamed("keyVaultArmId", text()),
          key_uri: renamed("keyIdentifier", text()),
        }),
      ),
      identity: RESOURCE_IDENTITY,
      primary_user_assigned_identity: text(),
      managed_network: group("a managed network", {
        isolation_mode: word({
          disabled: "Disabled",
          allow_internet_outbound: "AllowInternetOutbound",
          allow_only_approved_outbound: "AllowOnlyApprovedOutbound",
        }),
        outbound_rules: list(OUTBOUND_RULE),
        firewall_sku: text(),
        network_id: shown("networkId", text()),
        status: shown("status", anything()),
      }),
      serverless_compute: renamed(
        "serverlessComputeSettings",
        group("serverless compute", {
          custom_subnet: renamed("serverlessComputeCustomSubnet", text()),
          no_public_ip: renamed("serverlessComputeNoPublicIP", boolean()),
        }),
      ),
      network_acls: anything(),
      system_datastores_auth_mode: text(),
      allow_roleassignment_on_rg: renamed("allowRoleAssignmentOnRG", boolean()),
      enable_data_isolation: boolean(),
      provision_network_now: boolean(),
      hub_id: renamed("hubResourceId", text()),
      discovery_url: shown("discoveryUrl", text()),
      mlflow_tracking_uri: shown("mlFlowTrackingUri", text()),
      workspace_id: shown("workspaceId", text()),
      notebook_info: shown("notebookInfo", anything()),
      provisioning_state: shown("provisioningState", text()),
    },
    { root: true },
  ),
});
