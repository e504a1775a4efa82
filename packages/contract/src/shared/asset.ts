import { z } from "zod";

import { defineResourceType, type ActionType, type ResourceType } from "../resource-type.ts";
import { stringMapSchema } from "./string-map.ts";

/** What every asset version and container says of itself. Azure keeps an asset's tags inside `properties`. */
export const assetProperties = {
  description: z.string().nullish().describe("What the asset is, as Markdown."),
  tags: stringMapSchema.nullish().describe("Labels to find it by; may change at any time."),
  properties: stringMapSchema.nullish().describe("Facts that clients attach; may only grow."),
  isArchived: z.boolean().nullish().describe("Hidden from lists unless they ask for archived assets."),
  isAnonymous: z.boolean().nullish().describe("Made on the way by a client, not named by a person."),
};

/** Containers hold nothing of their own but what `assetProperties` says. */
const containerProperties = z.looseObject(assetProperties);

export interface AssetDeclaration {
  /** Collection, as `models`. */
  readonly collection: string;
  readonly noun: string;
  readonly properties: z.ZodType;
  readonly example: { readonly properties: unknown };
  readonly versionActions?: readonly ActionType[];
}

/** The container and version types of an asset, in workspaces and in registries. */
export function defineAsset(asset: AssetDeclaration): readonly ResourceType[] {
  return ["workspaces", "registries"].flatMap((root) => [
    defineResourceType({
      type: `${root}/${asset.collection}`,
      noun: asset.noun,
      shape: "asset",
      properties: containerProperties,
      example: { properties: { description: `All versions of a ${asset.noun}.` } },
    }),
    defineResourceType({
      type: `${root}/${asset.collection}/versions`,
      noun: asset.noun,
      shape: "version",
      properties: asset.properties,
      example: asset.example,
      actions: asset.versionActions ?? [],
    }),
  ]);
}
