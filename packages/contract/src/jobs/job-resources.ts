import { z } from "zod";

/** What a job needs to run. Unknown fields are kept. */
export const jobResourcesSchema = z.looseObject({
  instanceCount: z.number().int().min(1).nullish().describe("Nodes that the job takes all at once; 1 when left out."),
  instanceType: z
    .string()
    .nullish()
    .describe("Size of a node, where the compute leaves the choice: 'Standard_NC6s_v3'."),
  shmSize: z
    .string()
    .nullish()
    .describe("Shared memory of a container, as '2g'; recorded, processes have the machine's."),
  dockerArgs: z.string().nullish().describe("Arguments for Docker; '--gpus 2' asks for GPUs, the others are recorded."),
  dockerArgsList: z.array(z.string()).nullish().describe("The same as a list."),
  properties: z.record(z.string(), z.unknown()).nullish(),
});

/** Place of a job in the queue of its compute. */
export const queueSettingsSchema = z.looseObject({
  jobTier: z.string().nullish().describe("'Spot' gives way to all others, then 'Basic', 'Standard', 'Premium'."),
  priority: z
    .union([z.string(), z.number().int()])
    .nullish()
    .describe("'Low', 'Medium' or 'High' within the tier; Azure's SDK says 1, 2 or 3."),
});

export type JobResources = z.infer<typeof jobResourcesSchema>;
