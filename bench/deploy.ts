/**
 * From the PUT of a deployment to its first answer, in an environment that is already there: an MLflow model of
 * scikit-learn without code. The floor is the same interpreter that imports MLflow and loads the same model.
 *
 * Run: `node bench/deploy.ts [rounds]`. Prints seconds and the ratio; asserts nothing.
 */
import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { ArmClient, member } from "../test/support/arm-client.ts";
import { startTestServer } from "../test/support/test-server.ts";

const ROUNDS = Number(process.argv[2] ?? 3);
const POLL_MS = 20;
const ENVIRONMENT = "azureml://registries/azureml/environments/sklearn-1.5/labels/latest";
const TRAIN = `import mlflow.sklearn
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
data = load_iris()
mlflow.sklearn.save_model(LogisticRegression(max_iter=300).fit(data.data, data.target), "outputs/model")
`;
const REQUEST = JSON.stringify({ input_data: [[5.1, 3.5, 1.4, 0.2]] });

const server = await startTestServer({ variables: { LAZULI_LOG_LEVEL: "warn" } });
try {
  const client = new ArmClient(server);
  const codeId = await client.putCode("bench", { "train.py": TRAIN });
  await client.do("PUT", "jobs/train", {
    properties: {
      jobType: "Command",
      command: "python train.py",
      codeId,
      environmentId: ENVIRONMENT,
      computeId: `${client.workspaceId}/computes/cpu-cluster`,
    },
  });
  await client.until("jobs/train", ({ status, lazuli }) => {
    if (status === "Failed") throw new Error(JSON.stringify(lazuli));
    return status === "Completed";
  });
  await client.do("PUT", "models/iris/versions/1", {
    properties: { modelType: "mlflow_model", modelUri: "azureml://jobs/train/outputs/artifacts/paths/outputs/model/" },
  });
  await client.do("PUT", "onlineEndpoints/bench", { location: "local", properties: { authMode: "Key" } });
  await client.until("onlineEndpoints/bench", ({ provisioningState }) => provisioningState === "Succeeded");
  const endpoint = member(await client.do("GET", "onlineEndpoints/bench"), "properties");
  const uri = String(endpoint["scoringUri"]).replace(/^https:\/\/[^/]+/, server.file.loopbackUrl);
  const key = String((await client.do("POST", "onlineEndpoints/bench/listKeys", {}))["primaryKey"]);

  const deploy = async (name: string): Promise<number> => {
    const start = performance.now();
    await client.do("PUT", `onlineEndpoints/bench/deployments/${name}`, {
      location: "local",
      sku: { name: "Default", capacity: 1 },
      properties: {
        endpointComputeType: "Managed",
        model: `${client.workspaceId}/models/iris/versions/1`,
        environmentId: ENVIRONMENT,
        instanceType: "Standard_DS3_v2",
      },
    });
    const headers = {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "azureml-model-deployment": name,
    };
    for (;;) {
      const answer = await fetch(uri, { method: "POST", headers, body: REQUEST });
      await answer.text();
      if (answer.ok) return (performance.now() - start) / 1000;
      await delay(POLL_MS);
    }
  };

  const [python = ""] = globSync(join(server.home, "environments", "*", "bin", "python"));
  const floorScript = TRAIN.replace("outputs/model", join(server.home, "floor-model"));
  execFileSync(python, ["-c", floorScript], { stdio: "ignore" });
  const load = `import mlflow.sklearn; mlflow.sklearn.load_model(${JSON.stringify(join(server.home, "floor-model"))})`;

  const first = await deploy("first");
  const seconds: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    execFileSync(python, ["-c", load], { stdio: "ignore" });
    floors.push((performance.now() - start) / 1000);
    seconds.push(await deploy(`again-${round}`));
  }
  const median = (values: number[]) => values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
  console.log(`import and load, floor (s)          ${median(floors).toFixed(2)}`);
  console.log(`first deployment of the model (s)   ${first.toFixed(2)}`);
  console.log(`further deployment to answer (s)    ${median(seconds).toFixed(2)}`);
  console.log(`ratio to the floor                  ${(median(seconds) / median(floors)).toFixed(2)}`);
} finally {
  await server.stop();
}
