import { z } from "zod";

/** Most processes of one node. */
export const PROCESS_COUNT_MAX = 256;

const processCount = z.number().int().min(1).max(PROCESS_COUNT_MAX);
const port = z.number().int().min(1).max(65_535);

/** How several processes of one job find each other. Unknown fields are kept. */
export const distributionSchema = z.discriminatedUnion("distributionType", [
  z.looseObject({
    distributionType: z.literal("PyTorch"),
    processCountPerInstance: processCount.nullish().describe("Processes of each node; 1 when left out."),
  }),
  z.looseObject({
    distributionType: z.literal("Mpi"),
    processCountPerInstance: processCount.nullish().describe("Processes of each node; 1 when left out."),
  }),
  z.looseObject({
    distributionType: z.literal("TensorFlow"),
    workerCount: processCount.nullish().describe("Workers in all; one a node when left out."),
    parameterServerCount: z
      .number()
      .int()
      .min(0)
      .max(PROCESS_COUNT_MAX)
      .nullish()
      .describe("Parameter servers in all; none when left out."),
  }),
  z.looseObject({
    distributionType: z.literal("Ray"),
    port: port.nullish().describe("Port of the head; a free one when left out."),
    address: z.string().nullish().describe("Address of a head that runs already; the job then starts none."),
    includeDashboard: z.boolean().nullish().describe("Starts Ray's dashboard beside the head."),
    dashboardPort: port.nullish().describe("Port of the dashboard; a free one when left out."),
    headNodeAdditionalArgs: z.string().nullish().describe("Further arguments of `ray start --head`."),
    workerNodeAdditionalArgs: z.string().nullish().describe("Further arguments of `ray start` on the other nodes."),
  }),
]);

export type Distribution = z.infer<typeof distributionSchema>;
