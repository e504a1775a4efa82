import type { EnvironmentSpec } from "@lazuli/contract/node/task-spec.ts";

import type { Issue } from "../issue.ts";
import { parseCondaFile } from "./conda-file.ts";
import { curatedNameOfImage, pythonOfImage } from "./python-of-image.ts";

/** What of an environment version decides how it is built. */
export interface EnvironmentSource {
  /** Shown to people: `sklearn-1.5:1`. */
  readonly name: string;
  readonly image?: string | null | undefined;
  readonly condaFile?: string | null | undefined;
  readonly build?:
    | { readonly contextUri: string; readonly dockerfilePath?: string | null | undefined }
    | null
    | undefined;
}

export interface ResolvedEnvironment {
  readonly spec: EnvironmentSpec;
  /** What stands in for what was asked, for the job's record: `{ image: "…: interpreter of Python 3.10 used" }`. */
  readonly substitutions: Readonly<Record<string, string>>;
  readonly issues: readonly Issue[];
}

/**
 * How an environment is made in a virtual environment: an image stands for an interpreter of its version, a curated
 * image for its packages too, a conda file for what it lists.
 *
 * @param curatedConda Conda file of a curated environment by name.
 */
export function resolveEnvironment(
  source: EnvironmentSource,
  curatedConda: (name: string) => string | undefined,
): ResolvedEnvironment {
  const image = source.image ?? undefined;
  const issues: Issue[] = [];
  const curatedName = image === undefined ? undefined : curatedNameOfImage(image);
  const condaFile = source.condaFile ?? (curatedName === undefined ? undefined : curatedConda(curatedName));
  if (source.build != null && condaFile === undefined) {
    issues.push({
      code: "DockerBuildNotSupported",
      message:
        `Environment '${source.name}' is a Docker build context, which needs an image builder. ` +
        "Give it an image and a conda file instead.",
      target: "properties.build",
    });
  }
  const conda = condaFile === undefined ? undefined : parseCondaFile(condaFile);
  issues.push(...(conda?.issues ?? []));
  const pythonVersion = conda?.pythonVersion ?? (image === undefined ? undefined : pythonOfImage(image));
  const spec: EnvironmentSpec = {
    name: source.name,
    requirements: [...(conda?.requirements ?? [])],
    variables: { ...conda?.variables },
    ...(pythonVersion !== undefined && { pythonVersion }),
    ...(condaFile !== undefined && { condaFile }),
    ...(image !== undefined && { image }),
  };
  return { spec, substitutions: listSubstitutions(image, pythonVersion, conda?.dropped ?? []), issues };
}

function listSubstitutions(
  image: string | undefined,
  pythonVersion: string | undefined,
  dropped: readonly string[],
): Record<string, string> {
  const substitutions: Record<string, string> = {};
  if (image !== undefined) {
    const python = pythonVersion === undefined ? "the nearest Python" : `Python ${pythonVersion}`;
    substitutions["image"] = `'${image}' asked; a virtual environment with ${python} used`;
  }
  if (dropped.length > 0) substitutions["conda"] = `left out, for they are no Python packages: ${dropped.join(", ")}`;
  return substitutions;
}
