import { anything, text, type Codec } from "../codec.ts";
import { group, isRecord, list, record, required, scalarOr, type Fields } from "../composite-codec.ts";
import { suggest } from "../nearest-word.ts";
import { ENVIRONMENT_INLINE } from "./environment.ts";

/** Short keys of `conf` and what Spark calls them. */
const CONF_NAMES: Readonly<Record<string, string>> = {
  driver_cores: "spark.driver.cores",
  driver_memory: "spark.driver.memory",
  executor_cores: "spark.executor.cores",
  executor_memory: "spark.executor.memory",
  executor_instances: "spark.executor.instances",
  dynamic_allocation_enabled: "spark.dynamicAllocation.enabled",
  dynamic_allocation_min_executors: "spark.dynamicAllocation.minExecutors",
  dynamic_allocation_max_executors: "spark.dynamicAllocation.maxExecutors",
};

/** `file: main.py`, or `class_name: com.example.Main` of a jar. */
export const SPARK_ENTRY: Codec = (() => {
  const shape = group("a Spark entry", { file: text("a file in the code"), class_name: text("a class of a jar") });
  return {
    ...shape,
    read(value, place) {
      const read = shape.read(value, place);
      if (!isRecord(read) || !isRecord(value)) return read;
      const given = ["file", "class_name"].filter((key) => value[key] !== undefined);
      if (given.length !== 1) place.report(place.path, "An entry has a 'file' or a 'class_name', one of the two.");
      return read;
    },
    toArm(value) {
      if (!isRecord(value)) return value;
      const { file, class_name: className } = value;
      if (className !== undefined) return { sparkJobEntryType: "SparkJobScalaEntry", className };
      return { sparkJobEntryType: "SparkJobPythonEntry", file };
    },
    fromArm(value) {
      if (!isRecord(value)) return value;
      return value["className"] == null ? { file: value["file"] } : { class_name: value["className"] };
    },
  };
})();

/** Settings under Spark's own names; the short ones are as good. */
export const SPARK_CONF: Codec = {
  expects: "settings of Spark",
  read(value, place) {
    const read = record(anything()).read(value, place);
    if (!isRecord(read)) return undefined;
    const named = Object.entries(read).map(([key, item]) => {
      const name = CONF_NAMES[key] ?? key;
      if (!name.includes(".")) {
        const message = `'${key}' is not a setting of Spark${suggest(key, Object.keys(CONF_NAMES))}`;
        place.report([...place.path, key], message, "key");
      }
      return [name, item] as const;
    });
    return Object.fromEntries(named);
  },
  toArm: (value) => value,
  fromArm: (value) => value,
};

/** What a Spark job and a Spark component have in common; names in ARM are those of the component. */
export const SPARK_FIELDS: Fields = {
  entry: required(SPARK_ENTRY),
  py_files: list(text()),
  jars: list(text()),
  files: list(text()),
  archives: list(text()),
  args: text(),
  conf: SPARK_CONF,
  environment: scalarOr(text("an environment"), ENVIRONMENT_INLINE),
};

export const SPARK_RESOURCES = group("Spark resources", {
  instance_type: text(),
  runtime_version: text("a version of Spark"),
});
