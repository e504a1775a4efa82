import { z } from "zod";

import { taskOrderSchema, taskReportSchema } from "./task-report.ts";
import { taskSpecSchema } from "./task-spec.ts";

/** Counts up when a message changes its meaning; a runner of another number is asked to exit once idle. */
export const RUNNER_PROTOCOL = 3;

/** What a driver says to a runner over its socket: one JSON object a line. */
export const runnerOrderSchema = z.discriminatedUnion("type", [
  /** Carry out the task in `folder`, which the runner makes when it is missing; answered by `started` or `refused`. */
  z.object({ type: z.literal("start"), requestId: z.number().int(), folder: z.string(), task: taskSpecSchema }),
  z.object({ type: z.literal("stop"), taskId: z.string(), graceMs: z.number().nonnegative() }),
  /** What a report came to. Without an order nobody here could take it in: the runner sends it over HTTP. */
  z.object({ type: z.literal("heard"), requestId: z.number().int(), order: taskOrderSchema.shape.order.optional() }),
  /** Exit as soon as there is nothing to do. */
  z.object({ type: z.literal("exit") }),
]);

/** What a runner says to its driver. */
export const runnerNewsSchema = z.discriminatedUnion("type", [
  /** First line of every connection. */
  z.object({
    type: z.literal("hello"),
    protocol: z.number().int(),
    runnerId: z.string(),
    pid: z.number().int(),
    /** Tells the process from a later one of the same pid. */
    startTime: z.string(),
    /** The tasks in progress. */
    taskIds: z.array(z.string()),
  }),
  z.object({ type: z.literal("started"), requestId: z.number().int(), isNew: z.boolean() }),
  z.object({ type: z.literal("refused"), requestId: z.number().int(), reason: z.string() }),
  /** There is room for another task in the place of this one, which has only its last report left, or never was. */
  z.object({ type: z.literal("free"), taskId: z.string() }),
  /** Takes no more tasks, and exits after the last one. */
  z.object({ type: z.literal("leaving") }),
  /** How a task goes; answered by `heard`. */
  z.object({ type: z.literal("report"), requestId: z.number().int(), taskId: z.string(), report: taskReportSchema }),
]);

export type RunnerOrder = z.infer<typeof runnerOrderSchema>;
export type RunnerNews = z.infer<typeof runnerNewsSchema>;

/** Written by a runner when it takes a task on, never overwritten: nothing runs twice. */
export const taskAttemptSchema = z.object({
  taskId: z.string(),
  runnerId: z.string(),
  pid: z.number().int(),
  startTime: z.string(),
});

export type TaskAttempt = z.infer<typeof taskAttemptSchema>;

/** Files of a local task that the server takes into the blob store by hard link. */
export const adoptRequestSchema = z.object({
  files: z
    .array(
      z.object({
        /** Relative to the task's working folder. */
        path: z.string(),
        /** Blob URL that the file becomes. */
        url: z.string(),
      }),
    )
    .max(2_000),
});

export type AdoptRequest = z.infer<typeof adoptRequestSchema>;
