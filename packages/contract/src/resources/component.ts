import { z } from "zod";

import { assetProperties, defineAsset } from "../shared/asset.ts";

export const componentVersionProperties = z.looseObject({
  ...assetProperties,
  componentSpec: z.looseObject({}).describe("The component's YAML as JSON, with code and environment resolved to ids."),
});

export const componentTypes = defineAsset({
  collection: "components",
  noun: "component",
  properties: componentVersionProperties,
  example: {
    properties: {
      componentSpec: {
        name: "train",
        version: "1",
        type: "command",
        command: "python train.py --data ${{inputs.data}}",
        inputs: { data: { type: "uri_file" } },
      },
    },
  },
});
