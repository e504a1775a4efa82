import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

import { EXPERIMENT_VOCABULARY } from "../../../domain/tracking-search/search-grammar.ts";
import { VIEW_TYPES } from "../../../tracking/run-search.ts";
import { alsoAs, defineOperation, type Operation } from "../operation.ts";
import { readFilter, readOrder } from "../parse-search.ts";
import { renderExperiment } from "../render-entities.ts";
import { checkExperimentName, checkExperimentTag } from "../validate-entities.ts";
import { anyText, keyValue, list, optionalText, pageSize, requiredText, toRecord } from "../wire-fields.ts";

const EXPERIMENTS_PER_PAGE = 1_000;
const EXPERIMENTS_PER_PAGE_MAX = 50_000;
/** Schemes that only our own proxy or the client itself resolves; anything of this machine's file system is refused. */
const ARTIFACT_LOCATION = /^(mlflow-artifacts|https|s3|gs|wasbs|abfss|azureml|hdfs|dbfs|ftp|sftp|r2):/;

const byId = z.object({ experiment_id: requiredText });

const create = defineOperation({
  method: "POST",
  path: "/mlflow/experiments/create",
  action: "experiments/write",
  input: z.object({ name: requiredText, artifact_location: optionalText, tags: list(keyValue) }),
  async handle({ name, artifact_location: location, tags }, { tracking, workspaceKey }) {
    checkExperimentName(name);
    tags.forEach(checkExperimentTag);
    if (location !== undefined && (!ARTIFACT_LOCATION.test(location) || /[?#]|\.\./.test(location))) {
      throw new PlatformError(
        "BadRequest",
        `Invalid artifact_location '${location}'. It must be the URI of a remote store, without query, fragment or '..'.`,
        { target: "artifact_location" },
      );
    }
    const experimentId = await tracking.experiments.create({
      workspaceKey,
      name,
      tags: toRecord(tags),
      ...(location !== undefined && { artifactLocation: location }),
    });
    return { experiment_id: experimentId };
  },
});

const get = defineOperation({
  method: "GET",
  path: "/mlflow/experiments/get",
  action: "experiments/read",
  input: byId,
  handle: async (input, { tracking, workspaceKey }) => ({
    experiment: renderExperiment(await tracking.experiments.get(workspaceKey, input.experiment_id)),
  }),
});

const getByName = defineOperation({
  method: "GET",
  path: "/mlflow/experiments/get-by-name",
  action: "experiments/read",
  input: z.object({ experiment_name: requiredText }),
  async handle({ experiment_name: name }, { tracking, workspaceKey }) {
    const experiment = await tracking.experiments.findByName(workspaceKey, name);
    if (experiment === undefined) {
      throw new PlatformError("NotFound", `Could not find experiment with name '${name}'`, {
        target: "experiment_name",
      });
    }
    return { experiment: renderExperiment(experiment) };
  },
});

const search = defineOperation({
  method: "POST",
  path: "/mlflow/experiments/search",
  action: "experiments/read",
  input: z.object({
    filter: anyText,
    max_results: pageSize(EXPERIMENTS_PER_PAGE, EXPERIMENTS_PER_PAGE_MAX),
    order_by: list(z.string()),
    page_token: optionalText,
    view_type: z.enum(VIEW_TYPES).nullish(),
  }),
  async handle(input, { tracking, workspaceKey }) {
    const page = await tracking.experiments.search({
      workspaceKey,
      filter: readFilter(input.filter, EXPERIMENT_VOCABULARY),
      order: readOrder(input.order_by, EXPERIMENT_VOCABULARY),
      viewType: input.view_type ?? "ACTIVE_ONLY",
      limit: input.max_results,
      ...(input.page_token !== undefined && { after: input.page_token }),
    });
    return { experiments: page.items.map(renderExperiment), next_page_token: page.next };
  },
});

const remove = defineOperation({
  method: "POST",
  path: "/mlflow/experiments/delete",
  action: "experiments/delete",
  input: byId,
  async handle(input, { tracking, workspaceKey }) {
    await tracking.experiments.remove(workspaceKey, input.experiment_id);
    return {};
  },
});

const restore = defineOperation({
  method: "POST",
  path: "/mlflow/experiments/restore",
  action: "experiments/write",
  input: byId,
  async handle(input, { tracking, workspaceKey }) {
    await tracking.experiments.restore(workspaceKey, input.experiment_id);
    return {};
  },
});

const update = defineOperation({
  method: "POST",
  path: "/mlflow/experiments/update",
  action: "experiments/write",
  input: z.object({ experiment_id: requiredText, new_name: requiredText }),
  async handle(input, { tracking, workspaceKey }) {
    checkExperimentName(input.new_name);
    await tracking.experiments.rename(workspaceKey, input.experiment_id, input.new_name);
    return {};
  },
});

const setTag = defineOperation({
  method: "POST",
  path: "/mlflow/experiments/set-experiment-tag",
  action: "experiments/write",
  input: z.object({ experiment_id: requiredText, key: requiredText, value: anyText }),
  async handle({ experiment_id: experimentId, key, value }, { tracking, workspaceKey }) {
    checkExperimentTag({ key, value });
    await tracking.experiments.setTag(workspaceKey, experimentId, { key, value });
    return {};
  },
});

const removeTag = defineOperation({
  method: "POST",
  path: "/mlflow/experiments/delete-experiment-tag",
  action: "experiments/write",
  input: z.object({ experiment_id: requiredText, key: requiredText }),
  async handle(input, { tracking, workspaceKey }) {
    await tracking.experiments.removeTag(workspaceKey, input.experiment_id, input.key);
    return {};
  },
});

export const experimentOperations: readonly Operation[] = [
  create,
  get,
  getByName,
  ...alsoAs(search, "GET"),
  remove,
  restore,
  update,
  setTag,
  ...alsoAs(removeTag, "DELETE"),
];
