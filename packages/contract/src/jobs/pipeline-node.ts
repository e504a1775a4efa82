import { z } from "zod";

/** A value, or a text that may hold `${{parent.inputs.x}}` and `${{parent.jobs.a.outputs.b}}`. */
const plainValueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Input of a node. `value` holds a literal or a binding; `uri` names data. */
export const nodeInputSchema = z.union([
  plainValueSchema,
  z.looseObject({
    job_input_type: z.string().nullish(),
    value: plainValueSchema.optional(),
    uri: z.string().nullish(),
    mode: z.string().nullish(),
  }),
]);

/** Output of a node: bound to an output of the pipeline by `value`, or described by itself. */
export const nodeOutputSchema = z.union([
  z.string(),
  z.null(),
  z.looseObject({
    value: z.string().nullish(),
    job_output_type: z.string().nullish(),
    type: z.string().nullish(),
    uri: z.string().nullish(),
    path: z.string().nullish(),
    mode: z.string().nullish(),
    /** Registers the output under this name. */
    name: z.string().nullish(),
    version: z.union([z.string(), z.number()]).nullish(),
  }),
]);

const looseMap = z.record(z.string(), z.unknown());
const count = z.union([z.number(), z.string()]).nullish();

/** A node that runs a component. Fields that only some types of component have are read where they are used. */
export const stepNodeSchema = z.looseObject({
  type: z.string().nullish(),
  name: z.string().nullish(),
  display_name: z.string().nullish(),
  description: z.string().nullish(),
  comment: z.string().nullish(),
  tags: looseMap.nullish(),
  properties: looseMap.nullish(),
  componentId: z.string().nullish(),
  /** Of a sweep: the component that every trial runs. */
  trial: z.union([z.string(), z.looseObject({ componentId: z.string().nullish() })]).nullish(),
  computeId: z.string().nullish(),
  environment: z.union([z.string(), looseMap]).nullish(),
  inputs: z.record(z.string(), nodeInputSchema).nullish(),
  outputs: z.record(z.string(), nodeOutputSchema).nullish(),
  environment_variables: z.record(z.string(), plainValueSchema).nullish(),
  resources: looseMap.nullish(),
  distribution: looseMap.nullish(),
  limits: looseMap.nullish(),
  identity: looseMap.nullish(),
  services: looseMap.nullish(),
  queue_settings: looseMap.nullish(),
});

const blockSchema = z.union([z.string(), z.array(z.string())]).nullish();

/** Runs one block or the other. */
export const ifElseNodeSchema = z.looseObject({
  type: z.literal("if_else"),
  condition: z.union([z.string(), z.boolean()]),
  true_block: blockSchema,
  false_block: blockSchema,
});

/** Runs its body, then again with outputs fed back as inputs while the condition holds. */
export const doWhileNodeSchema = z.looseObject({
  type: z.literal("do_while"),
  body: z.string(),
  /** Name of an output of the body, or a binding to it; left out, the body runs as often as the limit says. */
  condition: z.union([z.string(), z.boolean()]).nullish(),
  mapping: z.record(z.string(), z.union([z.string(), z.array(z.string())])).nullish(),
  limits: z.looseObject({ max_iteration_count: count }).nullish(),
});

/** Runs its body once for each item. */
export const parallelForNodeSchema = z.looseObject({
  type: z.literal("parallel_for"),
  body: z.string(),
  /** A JSON list or map of objects with inputs of the body, or a binding to a text that holds one. */
  items: z.union([z.string(), z.array(looseMap), z.record(z.string(), looseMap)]),
  max_concurrency: count,
  outputs: z.record(z.string(), nodeOutputSchema).nullish(),
});

export type NodeInput = z.infer<typeof nodeInputSchema>;
export type NodeOutput = z.infer<typeof nodeOutputSchema>;
export type StepNode = z.infer<typeof stepNodeSchema>;
export type IfElseNode = z.infer<typeof ifElseNodeSchema>;
export type DoWhileNode = z.infer<typeof doWhileNodeSchema>;
export type ParallelForNode = z.infer<typeof parallelForNodeSchema>;
