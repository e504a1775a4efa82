import { parseDataUri } from "@lazuli/contract/data-uri.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import { downloadPrefix } from "@lazuli/sdk/node/download-prefix.ts";

import { withStatusLine } from "../output/status-line.ts";
import type { Session } from "../session/session.ts";

/** Downloads what a datastore or job-output URI points to, and says where it went. */
export async function downloadUri(
  session: Session,
  { uri, folder }: { uri: string; folder: string },
): Promise<{ path: string; file_count: number }> {
  const place = placeOf(uri);
  const fileCount = await withStatusLine(`Downloading to ${folder}`, (update) =>
    downloadPrefix({
      client: session.client,
      scope: session.scope,
      fetch: session.connection.fetch,
      datastore: place.datastore,
      prefix: place.path,
      folder,
      onFile: (count) => update(`${count} files`),
    }),
  );
  if (fileCount === 0) throw new PlatformError("NotFound", `There are no files at '${uri}'.`);
  return { path: folder, file_count: fileCount };
}

function placeOf(uri: string): { datastore: string; path: string } {
  const parsed = parseDataUri(uri);
  if (parsed?.kind === "datastore") return { datastore: parsed.datastore, path: parsed.path };
  if (parsed?.kind === "jobOutput") {
    const isArtifacts = parsed.output === "artifacts";
    const base = isArtifacts ? `ExperimentRun/dcid.${parsed.job}` : `azureml/${parsed.job}/${parsed.output}`;
    const datastore = isArtifacts ? "workspaceartifactstore" : "workspaceblobstore";
    return { datastore, path: parsed.path === "" ? `${base}/` : `${base}/${parsed.path}` };
  }
  if (parsed?.kind === "run") {
    return { datastore: "workspaceartifactstore", path: `ExperimentRun/dcid.${parsed.run}/${parsed.path}` };
  }
  throw new PlatformError(
    "Unsupported",
    `'${uri}' is not in a datastore of the workspace, so it cannot be downloaded here.`,
  );
}
