import { z } from "zod";

/** A replica as the user sees it. */
const instanceSchema = z.object({
  name: z.string(),
  state: z.enum(["Starting", "Running", "Stopping", "Failed"]),
  /** What it waits for, or why it failed. */
  reason: z.string(),
  since: z.number(),
});

export const deploymentStateSchema = z.object({
  /** Digest of the template that has served; a new one must prove itself first. */
  servedTemplate: z.string().nullable(),
  /** The wish that could not be carried out, by its generation, and why. */
  failure: z
    .object({
      generation: z.number(),
      code: z.string(),
      message: z.string(),
      /** Last lines of the instance's log. */
      logTail: z.array(z.string()),
    })
    .nullable(),
  instances: z.array(instanceSchema),
});

export type DeploymentState = z.infer<typeof deploymentStateSchema>;
export type DeploymentInstance = z.infer<typeof instanceSchema>;

export const initialDeploymentState: DeploymentState = { servedTemplate: null, failure: null, instances: [] };
