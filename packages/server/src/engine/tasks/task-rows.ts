import {
  taskEventSchema,
  taskResultSchema,
  type TaskEvent,
  type TaskResult,
} from "@lazuli/contract/node/task-report.ts";
import { serviceStateSchema } from "@lazuli/contract/node/task-service.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";
import { z } from "zod";

import type { TaskRow } from "./task-schema.ts";
import type { Task } from "./tasks.ts";

const servicesSchema = z.array(serviceStateSchema);
const eventsSchema = z.array(taskEventSchema);
const handleSchema = z.record(z.string(), z.union([z.string(), z.number()]));

export function parseTaskRow(row: TaskRow, spec: TaskSpec, lastSeenAt: number | undefined): Task {
  return {
    taskId: row.task_id,
    ownerId: row.owner_id,
    driver: row.driver,
    spec,
    handle: row.handle === null ? undefined : handleSchema.parse(JSON.parse(row.handle)),
    events: parseEvents(row.events),
    port: row.port ?? undefined,
    services: row.services === null ? [] : servicesSchema.parse(JSON.parse(row.services)),
    result: parseResult(row.result),
    isStopRequested: Number(row.is_stop_requested) === 1,
    createdAt: row.created_at,
    lastSeenAt: lastSeenAt ?? row.last_seen_at ?? undefined,
  };
}

export function parseEvents(json: string): TaskEvent[] {
  return eventsSchema.parse(JSON.parse(json));
}

function parseResult(json: string | null): TaskResult | undefined {
  return json === null ? undefined : taskResultSchema.parse(JSON.parse(json));
}
