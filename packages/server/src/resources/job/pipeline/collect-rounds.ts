import { roundOf } from "../../../domain/pipelines/pipeline-facts.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { workspaceOf } from "../job-run.ts";
import { defaultDatastoreOf } from "./pipeline-settings.ts";
import type { Pipeline, PipelineScene } from "./pipeline-view.ts";

const DEFAULT_DATASTORE = "workspaceblobstore";

/** Where the outputs of all rounds of a parallel-for are listed, as one table. */
export function collectedUri(pipeline: Pipeline, loop: string, output: string): string {
  const datastore = defaultDatastoreOf(pipeline.properties) ?? DEFAULT_DATASTORE;
  return `azureml://datastores/${datastore}/paths/azureml/${pipeline.name}/${loop}/${output}/`;
}

/**
 * Writes the table of each data output of a parallel-for that has completed: an `MLTable` file that names the folder or
 * file of every round. Doing it again writes the same.
 */
export async function collectRounds(
  { pipeline, view, units }: PipelineScene,
  deps: Pick<JobDependencies, "locator" | "blobs">,
): Promise<void> {
  for (const unit of view.graph.units) {
    const result = units.get(unit.name);
    if (unit.kind !== "parallelFor" || result?.status !== "completed" || view.collected.has(unit.name)) continue;
    const records = (result.items ?? []).map((_, index) => view.recordOf(roundOf(unit.body ?? "", index)));
    const outputs = Object.entries(records[0]?.outputs ?? {}).filter(
      ([name]) => records[0]?.fact.values[name] === undefined,
    );
    for (const [output] of outputs) {
      const places = records.flatMap((record) => record?.outputs[output] ?? []);
      const uri = collectedUri(pipeline, unit.name, output);
      await writeTable({ workspaceId: workspaceOf(pipeline), uri, places }, deps);
    }
    view.collected.add(unit.name);
  }
}

async function writeTable(
  table: { workspaceId: string; uri: string; places: readonly { type: string; uri: string }[] },
  deps: Pick<JobDependencies, "locator" | "blobs">,
): Promise<void> {
  const { workspaceId, uri, places } = table;
  const location = await deps.locator.locate(uri, { workspaceId });
  if (location.kind !== "blob") return;
  const lines = places.map(
    (place) => `  - ${place.type === "uri_file" ? "file" : "folder"}: ${JSON.stringify(place.uri)}`,
  );
  const text = ["type: mltable", "paths:", ...lines, ""].join("\n");
  const { account, container, path } = location;
  await deps.blobs.put({ account, container, name: `${path}MLTable` }, text, { contentType: "text/yaml" });
}
