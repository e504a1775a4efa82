import { z } from "zod";

/** Content under one digest: of a file its bytes, of a folder the names and bytes of all its files. */
export const contentPartSchema = z.object({
  digest: z.string(),
  fileCount: z.number(),
  sizeBytes: z.number(),
});

export const environmentPartSchema = z.object({
  image: z.string().optional(),
  pythonVersion: z.string().optional(),
  requirements: z.array(z.string()),
  /** Lines of the conda file that say something: a node may make more of it than its requirements. */
  condaFile: z.string().optional(),
  variables: z.record(z.string(), z.string()),
});

export const dataPartSchema = z.object({
  type: z.string(),
  mode: z.string(),
  content: contentPartSchema,
  /** Where the data is, for data handed over by its address; two places of equal content differ there. */
  place: z.string().optional(),
});

/**
 * Everything that can change what a step makes. Two steps of equal parts make the same, as long as the step itself is
 * deterministic. What only decides where, when or for whom it runs (compute, limits, names, tags) is not among them.
 */
export const stepPartsSchema = z.object({
  /** Type of job: `Command`. */
  kind: z.string(),
  command: z.string().optional(),
  /** By the place of the reference in the job: `code`, or `trial.code`. */
  code: z.record(z.string(), contentPartSchema),
  /** By the place of the reference in the job: `environment`, or `trial.environment`. */
  environments: z.record(z.string(), environmentPartSchema),
  data: z.record(z.string(), dataPartSchema),
  parameters: z.record(z.string(), z.string()),
  /** Type, mode and the asset it becomes, by name. */
  outputs: z.record(z.string(), z.string()),
  variables: z.record(z.string(), z.string()),
  /** What else the job says of how it works, as `distribution` or `resources.instanceCount`, as canonical JSON. */
  settings: z.record(z.string(), z.string()),
});

export type ContentPart = z.infer<typeof contentPartSchema>;
export type EnvironmentPart = z.infer<typeof environmentPartSchema>;
export type DataPart = z.infer<typeof dataPartSchema>;
export type StepParts = z.infer<typeof stepPartsSchema>;
