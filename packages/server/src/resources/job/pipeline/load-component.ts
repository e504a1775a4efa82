import { parseDataUri } from "@lazuli/contract/data-uri.ts";
import { PlatformError } from "@lazuli/contract/errors.ts";
import { componentSpecSchema, type ComponentSpec } from "@lazuli/contract/jobs/component-spec.ts";
import { z } from "zod";

import type { AssetFinder } from "../../../engine/data/asset-finder.ts";

/** A component as its version holds it. */
export interface Component {
  /** ARM id of the version. */
  readonly id: string;
  readonly spec: ComponentSpec;
}

const propertiesSchema = z.looseObject({ componentSpec: z.unknown() });
/** Words that stand for the newest version. */
const LATEST = new Set(["default", "azureml_default", "latest"]);

/**
 * Finds a component by any reference: an ARM id, `azureml:name:1`, `azureml:name@default`, a registry's.
 * Throws `NotFound`, and `BadRequest` for what is no reference or no component.
 */
export async function loadComponent(
  reference: string,
  options: { workspaceId: string; assets: AssetFinder },
): Promise<Component> {
  const uri = parseDataUri(/^(azureml:|\/)/.test(reference) ? reference : `azureml:${reference}`);
  if (uri?.kind !== "asset") {
    throw new PlatformError("BadRequest", `'${reference}' is no reference to a component, such as 'azureml:train:1'.`);
  }
  const word = uri.asset.version ?? uri.asset.label ?? "latest";
  const isLatest = LATEST.has(word.toLowerCase());
  const asset = isLatest ? { ...uri.asset, version: undefined, label: "latest" } : uri.asset;
  const { workspaceId } = options;
  const found = await options.assets.get({ workspaceId, home: uri.home, asset, collection: "components" });
  const spec = componentSpecSchema.safeParse(propertiesSchema.parse(found.properties).componentSpec);
  if (spec.success) return { id: found.id, spec: spec.data };
  const [issue] = spec.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw new PlatformError(
    "BadRequest",
    `Component '${reference}' cannot be used: '${where}' of its spec is not valid (${issue?.message ?? ""}).`,
  );
}
