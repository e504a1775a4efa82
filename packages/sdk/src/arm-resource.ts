import { z } from "zod";

/** A resource as the ARM API shows it. Properties stay free-form here: the server has checked them, versions add more. */
export const armResourceSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  type: z.string().nullish(),
  location: z.string().nullish(),
  kind: z.string().nullish(),
  tags: z.record(z.string(), z.string().nullable()).nullish(),
  identity: z.looseObject({}).nullish(),
  sku: z.looseObject({}).nullish(),
  systemData: z
    .looseObject({
      createdAt: z.string().nullish(),
      createdBy: z.string().nullish(),
      createdByType: z.string().nullish(),
      lastModifiedAt: z.string().nullish(),
      lastModifiedBy: z.string().nullish(),
      lastModifiedByType: z.string().nullish(),
    })
    .nullish(),
  properties: z.record(z.string(), z.unknown()).nullish(),
});

export type ArmResource = z.infer<typeof armResourceSchema>;

/** What a PUT sends. */
export interface ArmBody {
  readonly location?: string;
  readonly kind?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly identity?: unknown;
  readonly sku?: unknown;
  readonly properties: Readonly<Record<string, unknown>>;
}

export const armPageSchema = z.looseObject({
  value: z.array(z.unknown()),
  nextLink: z.string().nullish(),
});
