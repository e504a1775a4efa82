import { z } from "zod";

/** What the machinery of tasks keeps of a job. */
export const leafStateSchema = z.object({
  /** Where a job of several processes runs; written before its first task, so that all of them are told the same. */
  plan: z
    .object({
      attempt: z.number().int(),
      /** Of the compute, by rank. */
      nodes: z.array(z.number().int()),
      gpus: z.array(z.array(z.number().int())),
      ports: z.array(z.number().int()),
    })
    .optional(),
  /** Why the job has to leave its nodes; written before it is stopped, so that its end is not taken for its own. */
  leaving: z.object({ kind: z.enum(["preempted", "closed"]), at: z.number(), reason: z.string() }).optional(),
  /** How often the job gave its nodes back and began anew. */
  preemptionCount: z.number().int().default(0),
  /** Tasks of earlier attempts, to be forgotten. */
  staleTaskIds: z.array(z.string()).default([]),
});

export type LeafState = z.infer<typeof leafStateSchema>;
export type GroupPlan = NonNullable<LeafState["plan"]>;

export const initialLeafState: LeafState = { preemptionCount: 0, staleTaskIds: [] };
