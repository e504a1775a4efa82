import { z } from "zod";

import { RUN_VOCABULARY } from "../../../domain/tracking-search/search-grammar.ts";
import { VIEW_TYPES } from "../../../tracking/run-search.ts";
import { RUN_STATUSES } from "../../../tracking/tracking-store.ts";
import { newRunName } from "../new-run-name.ts";
import { defineOperation, type Operation } from "../operation.ts";
import { parseInput } from "../parse-input.ts";
import { readFilter, readOrder } from "../parse-search.ts";
import { renderRun, renderRunInfo } from "../render-entities.ts";
import { checkKey, checkParam, checkTag } from "../validate-entities.ts";
import {
  anyText,
  keyValue,
  list,
  optionalInteger,
  optionalText,
  pageSize,
  requiredText,
  toRecord,
  withRunId,
} from "../wire-fields.ts";

const RUNS_PER_PAGE = 1_000;
const RUNS_PER_PAGE_MAX = 50_000;
const DEFAULT_EXPERIMENT_ID = "0";
const USER_TAG = "mlflow.user";
const RUN_NAME_TAG = "mlflow.runName";

const create = defineOperation({
  method: "POST",
  path: "/mlflow/runs/create",
  action: "experiments/runs/write",
  input: z.object({
    experiment_id: optionalText,
    user_id: optionalText,
    run_name: optionalText,
    start_time: optionalInteger,
    tags: list(keyValue),
  }),
  async handle(input, { tracking, workspaceKey, clock, principal }) {
    input.tags.forEach((tag, index) => checkTag(tag, `tags[${index}].key`));
    const tags = toRecord(input.tags);
    const run = await tracking.runs.create({
      workspaceKey,
      experimentId: input.experiment_id ?? DEFAULT_EXPERIMENT_ID,
      name: input.run_name ?? tags[RUN_NAME_TAG] ?? newRunName(),
      userId: input.user_id ?? tags[USER_TAG] ?? principal.name,
      status: "RUNNING",
      startedAt: input.start_time ?? clock.now(),
      tags,
    });
    return { run: renderRun(run) };
  },
});

const get = defineOperation({
  method: "GET",
  path: "/mlflow/runs/get",
  action: "experiments/runs/read",
  input: withRunId({}),
  async handle({ run_id: runId }, { tracking, workspaceKey }) {
    return { run: renderRun(await tracking.runs.get(workspaceKey, runId)) };
  },
});

const update = defineOperation({
  method: "POST",
  path: "/mlflow/runs/update",
  action: "experiments/runs/write",
  input: withRunId({ status: z.enum(RUN_STATUSES).nullish(), end_time: optionalInteger, run_name: optionalText }),
  async handle(input, { tracking, workspaceKey }) {
    const run = await tracking.runs.update(workspaceKey, input.run_id, {
      ...(input.status && { status: input.status }),
      ...(input.end_time !== undefined && { endedAt: input.end_time }),
      ...(input.run_name !== undefined && { name: input.run_name }),
    });
    return { run_info: renderRunInfo(run) };
  },
});

const remove = defineOperation({
  method: "POST",
  path: "/mlflow/runs/delete",
  action: "experiments/runs/delete",
  input: withRunId({}),
  async handle({ run_id: runId }, { tracking, workspaceKey }) {
    await tracking.runs.remove(workspaceKey, runId);
    return {};
  },
});

const restore = defineOperation({
  method: "POST",
  path: "/mlflow/runs/restore",
  action: "experiments/runs/write",
  input: withRunId({}),
  async handle({ run_id: runId }, { tracking, workspaceKey }) {
    await tracking.runs.restore(workspaceKey, runId);
    return {};
  },
});

const search = defineOperation({
  method: "POST",
  path: "/mlflow/runs/search",
  action: "experiments/runs/read",
  input: z.object({
    experiment_ids: list(z.string()),
    filter: anyText,
    run_view_type: z.enum(VIEW_TYPES).nullish(),
    max_results: pageSize(RUNS_PER_PAGE, RUNS_PER_PAGE_MAX),
    order_by: list(z.string()),
    page_token: optionalText,
  }),
  async handle(input, { tracking, workspaceKey }) {
    const page = await tracking.runs.search({
      workspaceKey,
      experimentIds: input.experiment_ids,
      filter: readFilter(input.filter, RUN_VOCABULARY),
      order: readOrder(input.order_by, RUN_VOCABULARY),
      viewType: input.run_view_type ?? "ACTIVE_ONLY",
      limit: input.max_results,
      ...(input.page_token !== undefined && { after: input.page_token }),
    });
    return { runs: page.items.map(renderRun), next_page_token: page.next };
  },
});

const logParam = defineOperation({
  method: "POST",
  path: "/mlflow/runs/log-parameter",
  action: "experiments/runs/write",
  input: withRunId({ key: requiredText, value: anyText }),
  async handle({ run_id: runId, key, value }, { tracking, workspaceKey }) {
    checkParam({ key, value }, "key");
    await tracking.runs.log(workspaceKey, runId, { params: toRecord([{ key, value }]) });
    return {};
  },
});

const setTag = defineOperation({
  method: "POST",
  path: "/mlflow/runs/set-tag",
  action: "experiments/runs/write",
  input: withRunId({ key: requiredText, value: anyText }),
  async handle({ run_id: runId, key, value }, { tracking, workspaceKey }) {
    checkTag({ key, value }, "key");
    await tracking.runs.log(workspaceKey, runId, { tags: toRecord([{ key, value }]) });
    return {};
  },
});

const removeTag = defineOperation({
  method: "POST",
  path: "/mlflow/runs/delete-tag",
  action: "experiments/runs/write",
  input: withRunId({ key: requiredText }),
  async handle({ run_id: runId, key }, { tracking, workspaceKey }) {
    checkKey(key, "key", "key");
    await tracking.runs.removeTag(workspaceKey, runId, key);
    return {};
  },
});

const logModel = defineOperation({
  method: "POST",
  path: "/mlflow/runs/log-model",
  action: "experiments/runs/write",
  input: withRunId({ model_json: requiredText }),
  async handle(input, { tracking, workspaceKey }) {
    const run = await tracking.runs.get(workspaceKey, input.run_id);
    const history = [...parseHistory(run.tags[HISTORY_TAG]), parseModelJson(input.model_json)];
    await tracking.runs.log(workspaceKey, input.run_id, { tags: { [HISTORY_TAG]: JSON.stringify(history) } });
    return {};
  },
});

/** Models logged the old way, as JSON in a tag. */
const HISTORY_TAG = "mlflow.log-model.history";
const modelInfo = z.looseObject({ run_id: z.string(), artifact_path: z.string(), flavors: z.looseObject({}) });

function parseHistory(tag: string | undefined): readonly unknown[] {
  return tag === undefined ? [] : z.array(z.unknown()).parse(JSON.parse(tag));
}

function parseModelJson(text: string): unknown {
  const json = z.string().transform((value, context) => {
    try {
      return modelInfo.parse(JSON.parse(value));
    } catch {
      context.addIssue({
        code: "custom",
        message: "Malformed model info: it must be JSON with run_id, artifact_path and flavors",
      });
      return z.NEVER;
    }
  });
  return parseInput(z.object({ model_json: json }), { model_json: text }).model_json;
}

export const runOperations: readonly Operation[] = [
  create,
  get,
  update,
  remove,
  restore,
  search,
  logParam,
  setTag,
  removeTag,
  logModel,
];
