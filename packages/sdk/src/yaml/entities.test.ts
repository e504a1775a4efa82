import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ENTITIES, type Noun } from "./entities.ts";
import { loadEntity } from "./load-entity.ts";

const WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";

interface Case {
  readonly noun: Noun;
  readonly yaml: string;
  readonly body: unknown;
  /** Keys that `show` gives back differently from how they were written. */
  readonly shownDifferently?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    noun: "job",
    yaml: `
type: command
display_name: train
experiment_name: wine
compute: azureml:cpu-cluster
code: azureml:${WORKSPACE}/codes/c/versions/1
command: python train.py --data \${{inputs.data}}
environment: azureml:${WORKSPACE}/environments/e/versions/1
environment_variables: {EPOCHS: 3}
inputs:
  data: {type: uri_file, path: azureml://datastores/workspaceblobstore/paths/a.csv, mode: download}
  rate: 0.1
  whole: 1.0
  flag: true
outputs:
  model: {type: mlflow_model, mode: rw_mount, name: wine}
distribution: {type: pytorch, process_count_per_instance: 2}
resources: {instance_count: 2, shm_size: 2g}
limits: {timeout: 90}
queue_settings: {job_tier: spot}
identity: {type: managed, client_id: x}
tags: {team: vision}
`,
    shownDifferently: ["code", "inputs", "compute", "environment"],
    body: {
      properties: {
        jobType: "Command",
        displayName: "train",
        experimentName: "wine",
        computeId: "azureml:cpu-cluster",
        codeId: `azureml:${WORKSPACE}/codes/c/versions/1`,
        command: "python train.py --data ${{inputs.data}}",
        environmentId: `azureml:${WORKSPACE}/environments/e/versions/1`,
        environmentVariables: { EPOCHS: "3" },
        inputs: {
          data: {
            jobInputType: "uri_file",
            uri: "azureml://datastores/workspaceblobstore/paths/a.csv",
            mode: "Download",
          },
          rate: { jobInputType: "literal", value: "0.1" },
          whole: { jobInputType: "literal", value: "1.0" },
          flag: { jobInputType: "literal", value: "True" },
        },
        outputs: { model: { jobOutputType: "mlflow_model", mode: "ReadWriteMount", assetName: "wine" } },
        distribution: { distributionType: "PyTorch", processCountPerInstance: 2 },
        resources: { instanceCount: 2, shmSize: "2g" },
        limits: { jobLimitsType: "Command", timeout: "PT1M30S" },
        queueSettings: { jobTier: "Spot" },
        identity: { identityType: "Managed", clientId: "x" },
        tags: { team: "vision" },
      },
    },
  },
  {
    noun: "data",
    yaml: "type: mltable\npath: azureml://datastores/d/paths/p/\ndescription: wine\ntags: {a: b}",
    body: {
      properties: {
        dataType: "mltable",
        dataUri: "azureml://datastores/d/paths/p/",
        description: "wine",
        tags: { a: "b" },
      },
    },
  },
  {
    noun: "environment",
    yaml: "image: python:3.11\nconda_file: |\n  dependencies: [pip]\nos_type: linux\ninference_config:\n  scoring_route: {path: /score, port: 8080}",
    body: {
      properties: {
        image: "python:3.11",
        condaFile: "dependencies: [pip]\n",
        osType: "Linux",
        inferenceConfig: { scoringRoute: { path: "/score", port: 8080 } },
      },
    },
  },
  {
    noun: "model",
    yaml: "type: mlflow_model\npath: azureml://jobs/j/outputs/artifacts/paths/model/\nflavors: {sklearn: {sklearn_version: 1.5.1}}",
    body: {
      properties: {
        modelType: "mlflow_model",
        modelUri: "azureml://jobs/j/outputs/artifacts/paths/model/",
        flavors: { sklearn: { data: { sklearn_version: "1.5.1" } } },
      },
    },
  },
  {
    noun: "compute",
    yaml: "type: amlcompute\nsize: STANDARD_DS3_v2\ntier: low_priority\nmin_instances: 1\nmax_instances: 3\nidle_time_before_scale_down: 300\nidentity: {type: system_assigned}\nlocation: local",
    body: {
      location: "local",
      identity: { type: "SystemAssigned" },
      properties: {
        computeType: "AmlCompute",
        properties: {
          vmSize: "STANDARD_DS3_v2",
          vmPriority: "LowPriority",
          scaleSettings: { minNodeCount: 1, maxNodeCount: 3, nodeIdleTimeBeforeScaleDown: "PT5M" },
        },
      },
    },
  },
  {
    noun: "compute",
    yaml: "type: computeinstance\nsize: S\nidle_time_before_shutdown_minutes: 30\nschedules:\n  compute_start_stop:\n    - action: stop\n      state: enabled\n      trigger: {type: cron, expression: 0 18 * * *, time_zone: UTC}",
    shownDifferently: ["idle_time_before_shutdown"],
    body: {
      properties: {
        computeType: "ComputeInstance",
        properties: {
          vmSize: "S",
          idleTimeBeforeShutdown: "PT30M",
          schedules: {
            computeStartStop: [
              {
                action: "Stop",
                status: "Enabled",
                triggerType: "Cron",
                cron: { triggerType: "Cron", expression: "0 18 * * *", timeZone: "UTC" },
              },
            ],
          },
        },
      },
    },
  },
  {
    noun: "online-endpoint",
    yaml: "auth_mode: aml_token\ntraffic: {blue: 90, green: 10}\nmirror_traffic: {green: 5}\npublic_network_access: disabled\nidentity: {type: user_assigned, user_assigned_identities: [{resource_id: /u}]}",
    body: {
      identity: { type: "UserAssigned", userAssignedIdentities: { "/u": {} } },
      properties: {
        authMode: "AMLToken",
        traffic: { blue: 90, green: 10 },
        mirrorTraffic: { green: 5 },
        publicNetworkAccess: "Disabled",
      },
    },
  },
  {
    noun: "online-deployment",
    yaml: `
type: managed
model: azureml:${WORKSPACE}/models/m/versions/1
code_configuration: {code: azureml:c:1, scoring_script: score.py}
environment: azureml:e:1
instance_type: Standard_DS3_v2
instance_count: 2
app_insights_enabled: true
scale_settings: {type: default}
request_settings: {request_timeout_ms: 3500, max_concurrent_requests_per_instance: 4, max_queue_wait_ms: 500}
liveness_probe: {initial_delay: 10, period: 5, timeout: 2, failure_threshold: 3}
data_collector: {collections: {model_inputs: {enabled: true}}, rolling_rate: hour}
`,
    body: {
      sku: { name: "Default", capacity: 2 },
      properties: {
        endpointComputeType: "Managed",
        model: `azureml:${WORKSPACE}/models/m/versions/1`,
        codeConfiguration: { codeId: "azureml:c:1", scoringScript: "score.py" },
        environmentId: "azureml:e:1",
        instanceType: "Standard_DS3_v2",
        appInsightsEnabled: true,
        scaleSettings: { scaleType: "Default" },
        requestSettings: { requestTimeout: "PT3.5S", maxConcurrentRequestsPerInstance: 4, maxQueueWait: "PT0.5S" },
        livenessProbe: { initialDelay: "PT10S", period: "PT5S", timeout: "PT2S", failureThreshold: 3 },
        dataCollector: { collections: { model_inputs: { dataCollectionMode: "Enabled" } }, rollingRate: "Hour" },
      },
    },
  },
  {
    noun: "datastore",
    yaml: "type: azure_blob\naccount_name: a\ncontainer_name: c\nprotocol: https\ncredentials: {account_key: k}",
    shownDifferently: ["credentials"],
    body: {
      properties: {
        datastoreType: "AzureBlob",
        accountName: "a",
        containerName: "c",
        protocol: "https",
        credentials: { credentialsType: "AccountKey", secrets: { secretsType: "AccountKey", key: "k" } },
      },
    },
  },
  {
    noun: "workspace",
    yaml: "display_name: Vision\nlocation: local\ntags: {a: b}\nhbi_workspace: true\ncustomer_managed_key: {key_vault: /kv, key_uri: https://k}\nmanaged_network: {isolation_mode: allow_internet_outbound}",
    body: {
      location: "local",
      tags: { a: "b" },
      properties: {
        friendlyName: "Vision",
        hbiWorkspace: true,
        encryption: { keyVaultProperties: { keyVaultArmId: "/kv", keyIdentifier: "https://k" } },
        managedNetwork: { isolationMode: "AllowInternetOutbound" },
      },
    },
  },
  {
    noun: "component",
    yaml: "display_name: Train\ncommand: python t.py $[[--n ${{inputs.n}}]]\nenvironment: azureml:e:1\ninputs: {n: {type: integer, optional: true}}\ntags: {a: b}",
    body: {
      properties: {
        componentSpec: {
          type: "command",
          is_deterministic: true,
          display_name: "Train",
          command: "python t.py $[[--n ${{inputs.n}}]]",
          environment: "azureml:e:1",
          inputs: { n: { type: "integer", optional: true } },
          tags: { a: "b" },
        },
        tags: { a: "b" },
      },
    },
  },
];

describe("entities", () => {
  for (const { noun, yaml, body, shownDifferently = [] } of CASES) {
    const entity = ENTITIES[noun];
    const title = /^type: (\w+)/m.exec(yaml)?.[1] ?? "";
    const value = loadEntity(entity, yaml, { file: "a.yml" });

    it(`become the ARM body: ${noun} ${title}`, () => {
      assert.deepEqual(JSON.parse(JSON.stringify(entity.toBody(value))), body);
    });

    it(`come back from the ARM answer as they were written: ${noun} ${title}`, () => {
      const answer = { ...entity.toBody(value), id: `${WORKSPACE}/x/n`, name: "n" };
      const shown = entity.fromResource({
        ...answer,
        tags: answer.tags === undefined ? null : { ...answer.tags },
      } as Parameters<typeof entity.fromResource>[0]); // The body's types are narrower than the answer's.
      for (const [key, item] of Object.entries(value)) {
        if (!shownDifferently.includes(key)) assert.deepEqual(shown[key], item, key);
      }
      assert.equal(shown["resourceGroup"], "g");
    });
  }

  it("show literals, short compute names and short asset names of a job", () => {
    const shown = ENTITIES.job.fromResource({
      id: `${WORKSPACE}/jobs/j`,
      name: "j",
      properties: {
        jobType: "Command",
        computeId: `${WORKSPACE}/computes/cpu-cluster`,
        environmentId: `${WORKSPACE}/environments/e/versions/2`,
        inputs: { rate: { jobInputType: "literal", value: "0.1" } },
      },
    });
    assert.equal(shown["id"], `azureml:${WORKSPACE}/jobs/j`);
    assert.equal(shown["compute"], "azureml:cpu-cluster");
    assert.equal(shown["environment"], "azureml:e:2");
    assert.deepEqual(shown["inputs"], { rate: "0.1" });
  });
});
