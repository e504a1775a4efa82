import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { sparkStepFields } from "./spark-step.ts";

describe("fields of a Spark step", () => {
  it("come from the component, the step's word first", () => {
    const spec = {
      type: "spark",
      code: "azureml:/subscriptions/s/codes/c/versions/1",
      entry: { file: "main.py" },
      py_files: ["utils.zip"],
      conf: { "spark.driver.cores": 2, "spark.driver.memory": "1g" },
      args: "--in ${{inputs.data}}",
    };
    const step = {
      conf: { "spark.driver.memory": "2g" },
      resources: { instance_type: "Standard_E8S_V3", runtime_version: "3.4.0" },
    };
    assert.deepEqual(sparkStepFields(spec, step), {
      codeId: "/subscriptions/s/codes/c/versions/1",
      entry: { sparkJobEntryType: "SparkJobPythonEntry", file: "main.py" },
      args: "--in ${{inputs.data}}",
      conf: { "spark.driver.cores": 2, "spark.driver.memory": "2g" },
      pyFiles: ["utils.zip"],
      resources: { instanceType: "Standard_E8S_V3", runtimeVersion: "3.4.0" },
    });
  });

  it("name a class where there is no file", () => {
    const fields = sparkStepFields({ entry: { class_name: "org.Main" } }, {});
    assert.deepEqual(fields["entry"], { sparkJobEntryType: "SparkJobScalaEntry", className: "org.Main" });
  });
});
