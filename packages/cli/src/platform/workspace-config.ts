import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Place } from "./exported-variables.ts";

/** Writes `.azureml/config.json` in the folder, where `MLClient.from_config()` looks for it; answers its path. */
export async function writeWorkspaceConfig(folder: string, place: Place): Promise<string> {
  const config = {
    subscription_id: place.subscription,
    resource_group: place.resourceGroup,
    workspace_name: place.workspace,
  };
  await mkdir(join(folder, ".azureml"), { recursive: true });
  const path = join(folder, ".azureml", "config.json");
  await writeFile(`${path}.draft`, `${JSON.stringify(config, null, 4)}\n`);
  await rename(`${path}.draft`, path);
  return path;
}
