import { integer, text, word } from "../codec.ts";
import { group, record, shown, unsent } from "../composite-codec.ts";
import { defineEntity } from "./entity.ts";
import { ENABLED, RESOURCE_IDENTITY } from "./shared-fields.ts";

export const onlineEndpointEntity = defineEntity({
  noun: "online-endpoint",
  what: "an online endpoint",
  envelope: ["location", "tags", "identity", "kind"],
  codec: group(
    "an online endpoint",
    {
      name: unsent(text()),
      auth_mode: word({ key: "Key", aml_token: "AMLToken", aad_token: "AADToken" }),
      description: text(),
      location: text(),
      kind: text(),
      tags: record(text()),
      properties: record(text()),
      traffic: record(integer({ min: 0, max: 100 })),
      mirror_traffic: record(integer({ min: 0, max: 50 })),
      public_network_access: ENABLED,
      identity: RESOURCE_IDENTITY,
      compute: text(),
      scoring_uri: shown("scoringUri", text()),
      openapi_uri: shown("swaggerUri", text()),
      provisioning_state: shown("provisioningState", text()),
    },
    { root: true },
  ),
});
