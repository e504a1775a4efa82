import { z } from "zod";

const port = z.number().int().min(1).max(65_535);

/** How the processes of a node are started. */
export const groupLaunchSchema = z.discriminatedUnion("kind", [
  /** One process a node, which no framework joins. */
  z.object({ kind: z.literal("Plain") }),
  z.object({ kind: z.literal("PyTorch"), processCount: z.number().int().min(1) }),
  z.object({ kind: z.literal("Mpi"), processCount: z.number().int().min(1) }),
  z.object({
    kind: z.literal("TensorFlow"),
    /** `host:port` of each; the one at index i runs on node i modulo the number of nodes. */
    workers: z.array(z.string()),
    parameterServers: z.array(z.string()),
  }),
  z.object({
    kind: z.literal("Ray"),
    port,
    /** A head that runs elsewhere; the job then starts none. */
    address: z.string().optional(),
    dashboardPort: port.optional(),
    headArguments: z.string(),
    workerArguments: z.string(),
  }),
]);

/** A task's part in a job of several nodes or processes. */
export const taskGroupSchema = z.object({
  /** The task's node among those of the job, from 0. */
  nodeRank: z.number().int().nonnegative(),
  /** Where the job's nodes are, by rank. */
  addresses: z.array(z.string()).min(1),
  /** Free on the first node when the job was started: where its processes meet. */
  masterPort: port,
  launch: groupLaunchSchema,
});

export type GroupLaunch = z.infer<typeof groupLaunchSchema>;
export type TaskGroup = z.infer<typeof taskGroupSchema>;
