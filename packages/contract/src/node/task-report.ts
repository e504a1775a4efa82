import { z } from "zod";

import { serviceStateSchema } from "./task-service.ts";

/** Phases of a task on its node, in order. */
export const TASK_PHASES = ["preparing", "starting", "running", "finalizing", "ended"] as const;

/** A step of the timeline. `reason` is a sentence for people: `building environment 'sklearn-1.5' (3 of 41 packages)`. */
export const taskEventSchema = z.object({
  /** Counts up from 0 within the task, so that a retried delivery is recognised. */
  sequence: z.number().int().nonnegative(),
  at: z.number(),
  phase: z.enum(TASK_PHASES),
  reason: z.string(),
});

/** Why a task failed; the category decides what Studio and the CLI suggest. */
export const taskErrorSchema = z.object({
  category: z.enum(["user", "environment", "data", "system"]),
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  exitCode: z.number().int().optional(),
  /** The line of source that failed, where the log tells it. */
  location: z
    .object({
      /** Relative to the job's code where it lies there. */
      file: z.string(),
      line: z.number().int(),
      /** The line itself. */
      text: z.string().optional(),
    })
    .optional(),
  /** The last lines of the log. */
  logTail: z.array(z.string()).default([]),
});

export const taskResultSchema = z.object({
  outcome: z.enum(["completed", "failed", "canceled"]),
  exitCode: z.number().int().nullable(),
  error: taskErrorSchema.optional(),
  startedAt: z.number().optional(),
  endedAt: z.number(),
  /** What stood in for what was asked: `{ "python": "3.10 asked, 3.11.7 used" }`. */
  substitutions: z.record(z.string(), z.string()).default({}),
});

/** A piece of a log that travels with a report, so that a short task needs one request in all. */
export const logPieceSchema = z.object({
  /** As `user_logs/std_log.txt`. */
  name: z.string(),
  offset: z.number().int().nonnegative(),
  /** Base64: a log may hold any bytes. */
  content: z.string(),
});

/** A runner's message to the server. Deliveries may repeat; the answer is the same. */
export const taskReportSchema = z.object({
  runnerId: z.string(),
  events: z.array(taskEventSchema).default([]),
  /** Port on the node where a replica listens, once it does. */
  port: z.number().int().optional(),
  /** All services of the task as they are now, once one has something to say. */
  services: z.array(serviceStateSchema).optional(),
  /** Taken in before the result, so that whoever sees the result sees the whole log. */
  logs: z.array(logPieceSchema).default([]),
  result: taskResultSchema.optional(),
});

/** The server's answer to every report and heartbeat. */
export const taskOrderSchema = z.object({
  /** `stop`: end the task (cancel, scale-in); `continue` otherwise. */
  order: z.enum(["continue", "stop"]),
});

export type TaskEvent = z.infer<typeof taskEventSchema>;
export type TaskError = z.infer<typeof taskErrorSchema>;
export type FailingLine = NonNullable<TaskError["location"]>;
export type TaskResult = z.infer<typeof taskResultSchema>;
export type LogPiece = z.infer<typeof logPieceSchema>;
export type TaskReport = z.infer<typeof taskReportSchema>;
export type TaskOrder = z.infer<typeof taskOrderSchema>;
