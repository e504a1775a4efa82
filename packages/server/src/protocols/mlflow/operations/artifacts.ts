import { parseArtifactUri } from "../artifacts/artifact-path.ts";
import { listFolder } from "../artifacts/artifact-store.ts";
import { defineOperation, type Operation } from "../operation.ts";
import { anyText, optionalText, withRunId } from "../wire-fields.ts";

const listArtifacts = defineOperation({
  method: "GET",
  path: "/mlflow/artifacts/list",
  action: "experiments/runs/read",
  input: withRunId({ path: anyText, page_token: optionalText }),
  async handle({ run_id: runId, path }, context) {
    const run = await context.tracking.runs.get(context.workspaceKey, runId);
    const files = await listFolder(context, parseArtifactUri(run.artifactUri), path);
    return { root_uri: run.artifactUri, files };
  },
});

export const artifactOperations: readonly Operation[] = [listArtifacts];
