import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { newHexId } from "../../../tracking/new-id.ts";
import { defineOperation, type Operation, type OperationContext } from "../operation.ts";
import { requiredText } from "../wire-fields.ts";

const ASSESSMENTS_PER_TRACE_MAX = 1_000;
const CHANGE_TRIES_MAX = 5;

/** What a person or a judge said of a trace; kept as it came, with an id and times of ours. */
const assessment = z.looseObject({ assessment_id: z.string().optional(), assessment_name: requiredText });
type Assessment = z.infer<typeof assessment>;
const stored = z.array(assessment);

const place = { trace_id: requiredText, assessment_id: requiredText };

const create = defineOperation({
  method: "POST",
  path: "/mlflow/traces/{trace_id}/assessments",
  action: "experiments/runs/write",
  input: z.object({ trace_id: requiredText, assessment }),
  async handle(input, context) {
    const now = new Date(context.clock.now()).toISOString();
    const made = {
      create_time: now,
      last_update_time: now,
      ...input.assessment,
      trace_id: input.trace_id,
      assessment_id: `a-${newHexId()}`,
    };
    await change(context, input.trace_id, (list) => {
      if (list.length < ASSESSMENTS_PER_TRACE_MAX) return [...list, made];
      throw new PlatformError("BadRequest", `A trace can have at most ${ASSESSMENTS_PER_TRACE_MAX} assessments.`);
    });
    return { assessment: made };
  },
});

const get = defineOperation({
  method: "GET",
  path: "/mlflow/traces/{trace_id}/assessments/{assessment_id}",
  action: "experiments/runs/read",
  input: z.object(place),
  async handle(input, context) {
    const trace = await context.tracking.traces.get(context.workspaceKey, input.trace_id);
    return { assessment: pick(stored.parse(JSON.parse(trace.assessments)), input.assessment_id) };
  },
});

const update = defineOperation({
  method: "PATCH",
  path: "/mlflow/traces/{trace_id}/assessments/{assessment_id}",
  action: "experiments/runs/write",
  input: z.object({ ...place, assessment: z.looseObject({}) }),
  async handle(input, context) {
    const now = new Date(context.clock.now()).toISOString();
    const list = await change(context, input.trace_id, (before) => {
      const changed = { ...pick(before, input.assessment_id), ...input.assessment, last_update_time: now };
      const kept = { ...changed, assessment_id: input.assessment_id };
      return before.map((one) => (one.assessment_id === input.assessment_id ? kept : one));
    });
    return { assessment: pick(list, input.assessment_id) };
  },
});

const remove = defineOperation({
  method: "DELETE",
  path: "/mlflow/traces/{trace_id}/assessments/{assessment_id}",
  action: "experiments/runs/write",
  input: z.object(place),
  async handle(input, context) {
    await change(context, input.trace_id, (list) => {
      pick(list, input.assessment_id);
      return list.filter((one) => one.assessment_id !== input.assessment_id);
    });
    return {};
  },
});

async function change(
  { tracking, workspaceKey }: OperationContext,
  traceId: string,
  decide: (list: readonly Assessment[]) => readonly Assessment[],
): Promise<readonly Assessment[]> {
  for (let attempt = 1; ; attempt += 1) {
    const { assessments: before } = await tracking.traces.get(workspaceKey, traceId);
    const list = decide(stored.parse(JSON.parse(before)));
    try {
      await tracking.traces.setAssessments(workspaceKey, traceId, { before, after: JSON.stringify(list) });
      return list;
    } catch (error) {
      const isRace = error instanceof PlatformError && error.code === "PreconditionFailed";
      if (!isRace || attempt >= CHANGE_TRIES_MAX) throw error;
    }
  }
}

function pick(list: readonly Assessment[], assessmentId: string): Assessment {
  const found = list.find((one) => one.assessment_id === assessmentId);
  if (found !== undefined) return found;
  throw new PlatformError("NotFound", `Assessment with ID '${assessmentId}' not found.`, { target: "assessment_id" });
}

export const assessmentOperations: readonly Operation[] = [create, get, update, remove];
