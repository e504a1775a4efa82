import { PlatformError } from "@lazuli/contract/errors.ts";

import type { Options } from "../options.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";
import { downloadUri } from "./download-uri.ts";

const ENDED = new Set(["Completed", "Failed", "Canceled", "NotResponding", "Paused"]);

/** `artifacts/` and `named-outputs/<name>/`, laid out as the Python SDK does. */
export async function downloadJob(session: Session, options: Options): Promise<unknown> {
  const name = options.requireText("name");
  const folder = options.text("downloadPath") ?? ".";
  const job = await session.client.get(`${session.workspaceId}/jobs/${name}`);
  const status = String(job.properties?.["status"] ?? "");
  if (!ENDED.has(status)) {
    throw new PlatformError(
      "Conflict",
      `Job '${name}' is still '${status}'; wait for it with 'lazuli job stream -n ${name}'.`,
    );
  }
  const outputs = asRecord(job.properties?.["outputs"]);
  const only = options.text("outputName");
  if (only !== undefined && only !== "default") {
    if (outputs[only] === undefined) throw new PlatformError("NotFound", `Job '${name}' has no output '${only}'.`);
    return [
      await downloadUri(session, {
        uri: outputUri(name, only, outputs[only]),
        folder: `${folder}/named-outputs/${only}`,
      }),
    ];
  }
  const done = [
    await downloadUri(session, {
      uri: `azureml://jobs/${name}/outputs/artifacts/paths/`,
      folder: `${folder}/artifacts`,
    }),
  ];
  if (!options.isSet("all")) return done;
  for (const [output, place] of Object.entries(outputs)) {
    if (output === "default") continue;
    done.push(
      await downloadUri(session, { uri: outputUri(name, output, place), folder: `${folder}/named-outputs/${output}` }),
    );
  }
  return done;
}

function outputUri(job: string, output: string, place: unknown): string {
  const { uri } = asRecord(place);
  return typeof uri === "string" && uri !== "" ? uri : `azureml://jobs/${job}/outputs/${output}`;
}
