import { z } from "zod";

import { DATA_BINDING_TYPES } from "./data-binding.ts";

/** Types of literal inputs and of outputs that hold one value. */
export const PRIMITIVE_TYPES = ["string", "number", "integer", "boolean", "enum"] as const;

/** `true`, `"true"` and `"True"` alike: specs are YAML that went through several hands. */
const flag = z
  .union([z.boolean(), z.string().transform((text) => text.trim().toLowerCase() === "true")])
  .nullish()
  .transform((value) => value ?? false);
const plain = z.union([z.string(), z.number(), z.boolean()]);
const bound = z.union([z.number(), z.string()]).nullish();

export const componentInputSchema = z.looseObject({
  type: z.string().nullish(),
  description: z.string().nullish(),
  optional: flag,
  default: plain.nullish(),
  min: bound,
  max: bound,
  enum: z.array(plain).nullish(),
  mode: z.string().nullish(),
});

export const componentOutputSchema = z.looseObject({
  type: z.string().nullish(),
  description: z.string().nullish(),
  mode: z.string().nullish(),
});

const looseMap = z.record(z.string(), z.unknown());

/** A component as its versions hold it: its YAML as JSON, with code and environment as ids. */
export const componentSpecSchema = z.looseObject({
  name: z.string().nullish(),
  version: z.union([z.string(), z.number()]).nullish(),
  type: z.string().default("command"),
  display_name: z.string().nullish(),
  description: z.string().nullish(),
  is_deterministic: z.boolean().nullish(),
  inputs: z.record(z.string(), componentInputSchema.nullable()).nullish(),
  outputs: z.record(z.string(), componentOutputSchema.nullable()).nullish(),
  tags: looseMap.nullish(),
  command: z.string().nullish(),
  code: z.string().nullish(),
  environment: z.union([z.string(), looseMap]).nullish(),
  environment_variables: looseMap.nullish(),
  resources: looseMap.nullish(),
  distribution: looseMap.nullish(),
  limits: looseMap.nullish(),
  /** Of a pipeline component. */
  jobs: z.record(z.string(), z.looseObject({ type: z.string().nullish() })).nullish(),
});

export function isPrimitiveType(type: string): boolean {
  return PRIMITIVE_TYPES.some((one) => one === type);
}

/** `uri_folder` and the like; older specs say `path`. */
export function isDataType(type: string): boolean {
  return type === "path" || DATA_BINDING_TYPES.some((one) => one === type);
}

export type ComponentInput = z.infer<typeof componentInputSchema>;
export type ComponentOutput = z.infer<typeof componentOutputSchema>;
export type ComponentSpec = z.infer<typeof componentSpecSchema>;
