import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { parse, stringify } from "yaml";
import { z } from "zod";

const curatedSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  version: z.string(),
  description: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
  /** Where Azure keeps the image that this stands for. */
  image: z.string(),
  python: z.string(),
  requirements: z.array(z.string()),
  /** What Azure's definition has and this one lacks, and why; for people. */
  differences: z.array(z.string()).default([]),
  inferenceConfig: z
    .record(
      z.enum(["livenessRoute", "readinessRoute", "scoringRoute"]),
      z.strictObject({ path: z.string(), port: z.number() }),
    )
    .optional(),
});

/** An environment of the system registry, as the body of a PUT. */
export interface CuratedEnvironment {
  readonly name: string;
  readonly version: string;
  readonly condaFile: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const FILES_MAX = 500;

/** Reads `curated/environments/*.yaml`, sorted by name. Throws `BadRequest` that names the file and what is wrong in it. */
export async function loadCuratedEnvironments(folder: string): Promise<readonly CuratedEnvironment[]> {
  const names = (await readdir(folder))
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .slice(0, FILES_MAX);
  return Promise.all(names.map(async (name) => parseCurated(name, await readFile(join(folder, name), "utf8"))));
}

function parseCurated(file: string, text: string): CuratedEnvironment {
  const result = curatedSchema.safeParse(parse(text));
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new PlatformError(
      "BadRequest",
      `'${file}' is wrong at '${issue?.path.join(".") ?? ""}': ${issue?.message ?? ""}.`,
    );
  }
  const { name, version, description, tags, image, python, requirements, differences, inferenceConfig } = result.data;
  const condaFile = stringify({
    name,
    channels: ["conda-forge"],
    dependencies: [`python=${python}`, "pip", { pip: requirements }],
  });
  const properties = {
    description: [description, ...differences].join("\n"),
    tags,
    image: `${image}:${version}`,
    condaFile,
    osType: "Linux",
    ...(inferenceConfig !== undefined && { inferenceConfig }),
  };
  return { name, version, condaFile, properties };
}
