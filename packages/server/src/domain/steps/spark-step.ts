import { z } from "zod";

const texts = z.array(z.string()).nullish();

/** Parts of a Spark component and of a Spark step, which say the same things under the same names. */
const sparkPartsSchema = z.looseObject({
  code: z.string().nullish(),
  environment: z.string().nullish(),
  entry: z.looseObject({ file: z.string().nullish(), class_name: z.string().nullish() }).nullish(),
  args: z.string().nullish(),
  conf: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish(),
  py_files: texts,
  jars: texts,
  files: texts,
  archives: texts,
  resources: z.looseObject({ instance_type: z.string().nullish(), runtime_version: z.string().nullish() }).nullish(),
});

/**
 * What of a Spark job's properties comes from its component's spec and its step; the step's word counts. Bindings to
 * the parent must be resolved before. Throws `ZodError` for fields that are no such thing.
 */
export function sparkStepFields(spec: unknown, step: unknown): Record<string, unknown> {
  const base = sparkPartsSchema.parse(spec);
  const own = sparkPartsSchema.parse(step);
  const entry = own.entry ?? base.entry;
  const resources = own.resources ?? base.resources;
  return present({
    codeId: plainReference(own.code ?? base.code),
    environmentId: plainReference(own.environment ?? base.environment),
    entry:
      entry?.class_name == null
        ? { sparkJobEntryType: "SparkJobPythonEntry", file: entry?.file ?? "" }
        : { sparkJobEntryType: "SparkJobScalaEntry", className: entry.class_name },
    args: own.args ?? base.args,
    conf: present({ ...base.conf, ...own.conf }),
    pyFiles: own.py_files ?? base.py_files,
    jars: own.jars ?? base.jars,
    files: own.files ?? base.files,
    archives: own.archives ?? base.archives,
    resources:
      resources == null
        ? undefined
        : present({ instanceType: resources.instance_type, runtimeVersion: resources.runtime_version }),
  });
}

/** `azureml:/subscriptions/…` is an ARM id behind a prefix. */
function plainReference(reference: string | null | undefined): string | undefined {
  return reference?.replace(/^azureml:(?=\/)(?!\/\/)/, "");
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}
