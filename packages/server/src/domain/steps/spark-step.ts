import { plainReference, presentFields, readFields } from "./shared-fields.ts";

/**
 * What of a Spark job's properties comes from its component's spec and its step; the step's word counts. Bindings to
 * the parent must be resolved before. What is no such field stays as it is, for the job's own schema to refuse.
 */
export function sparkStepFields(spec: unknown, step: unknown): Record<string, unknown> {
  const base = readFields(spec);
  const own = readFields(step);
  const of = (name: string): unknown => own[name] ?? base[name] ?? undefined;
  const resources = readFields(of("resources"));
  return presentFields({
    codeId: referenceOf(of("code")),
    environmentId: referenceOf(of("environment")),
    entry: entryOf(readFields(of("entry"))),
    args: of("args"),
    conf: presentFields({ ...readFields(base["conf"]), ...readFields(own["conf"]) }),
    pyFiles: of("py_files"),
    jars: of("jars"),
    files: of("files"),
    archives: of("archives"),
    ...(of("resources") !== undefined && {
      resources: presentFields({
        instanceType: resources["instance_type"],
        runtimeVersion: resources["runtime_version"],
      }),
    }),
  });
}

function entryOf(entry: Record<string, unknown>): Record<string, unknown> {
  const { file, class_name: className } = entry;
  if (className == null) return { sparkJobEntryType: "SparkJobPythonEntry", file };
  return { sparkJobEntryType: "SparkJobScalaEntry", className };
}

function referenceOf(value: unknown): unknown {
  return typeof value === "string" ? plainReference(value) : value;
}
