/** Made-up contents of a workspace, in the shapes of the real API; times are relative to the start of the program. */
const START = Date.now();
const MINUTE = 60_000;

export const WORKSPACE =
  "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lazuli/providers/Microsoft.MachineLearningServices/workspaces/main";
export const REGISTRY =
  "/subscriptions/00000000-0000-4000-8000-000000000002/resourceGroups/azureml-registry/providers/Microsoft.MachineLearningServices/registries/azureml";

export const SESSION = {
  user: { id: "8a1b", name: "hana" },
  token: "mock",
  tokenExpiresAt: START + 24 * 60 * MINUTE,
  registries: [REGISTRY],
  workspaces: [
    {
      id: WORKSPACE,
      name: "main",
      resourceGroup: "lazuli",
      location: "local",
      guid: "0b6c1c55-0000-4000-8000-00000000aaaa",
    },
    {
      id: WORKSPACE.replace("/main", "/vision"),
      name: "vision",
      resourceGroup: "research",
      location: "local",
      guid: "0b6c1c55-0000-4000-8000-00000000bbbb",
    },
  ],
  version: "0.1.0",
};

interface JobSeed {
  readonly name: string;
  readonly title: string;
  readonly status: string;
  readonly experiment: string;
  /** Minutes since it was created. */
  readonly age: number;
  /** Seconds it ran. */
  readonly ran: number;
  readonly error?: Record<string, unknown>;
}

export const LIVE_JOB = "calm_lapis_x7f3k2m9qa";

const SEEDS: readonly JobSeed[] = [
  {
    name: LIVE_JOB,
    title: "credit-defaults lightgbm, 400 rounds",
    status: "Running",
    experiment: "credit-defaults",
    age: 1.2,
    ran: 0,
  },
  {
    name: "brave_onyx_b2c4d6e8f0",
    title: "credit-defaults lightgbm, wide",
    status: "Queued",
    experiment: "credit-defaults",
    age: 0.4,
    ran: 0,
  },
  {
    name: "sad_quartz_1q2w3e4r5t",
    title: "credit-defaults with new features",
    status: "Failed",
    experiment: "credit-defaults",
    age: 18,
    ran: 7,
    error: {
      code: "UserError",
      message: "The script 'train.py' ended with exit code 1: KeyError: 'income_log' (train.py, line 48).",
      hint: "The column 'income_log' is not in the data; the nearest is 'income'.",
      logTail: [
        "Traceback (most recent call last):",
        '  File "train.py", line 48, in <module>',
        "    x = frame[FEATURES]",
        "KeyError: 'income_log'",
      ],
    },
  },
  {
    name: "keen_jade_9p8o7i6u5y",
    title: "iris sklearn baseline",
    status: "Completed",
    experiment: "iris",
    age: 42,
    ran: 9,
  },
  {
    name: "mild_topaz_0z9x8c7v6b",
    title: "iris with autolog",
    status: "Completed",
    experiment: "iris",
    age: 63,
    ran: 11,
  },
  {
    name: "wild_opal_4f5g6h7j8k",
    title: "diabetes ridge",
    status: "Canceled",
    experiment: "diabetes",
    age: 130,
    ran: 31,
  },
];

/** Some named jobs, then enough others that a list must be virtual. */
export function listJobs(canceled: ReadonlySet<string>) {
  const more = Array.from({ length: 900 }, (_, index): JobSeed => ({
    name: `steady_agate_${String(900 - index).padStart(10, "0")}`,
    title: `nightly retrain ${900 - index}`,
    status: index % 17 === 3 ? "Failed" : "Completed",
    experiment: ["nightly", "iris", "diabetes"][index % 3] ?? "nightly",
    age: 200 + index * 37,
    ran: 20 + ((index * 13) % 90),
  }));
  return [...SEEDS, ...more].map((seed) =>
    renderJob(canceled.has(seed.name) ? { ...seed, status: "Canceled", ran: 60 } : seed),
  );
}

function renderJob(seed: JobSeed) {
  const createdAt = START - seed.age * MINUTE;
  const environment = `${REGISTRY}/environments/sklearn-1.5/versions/12`;
  return {
    id: `${WORKSPACE}/jobs/${seed.name}`,
    name: seed.name,
    type: "Microsoft.MachineLearningServices/workspaces/jobs",
    systemData: { createdAt: new Date(createdAt).toISOString(), createdBy: "hana" },
    properties: {
      jobType: "Command",
      displayName: seed.title,
      description: seed.name === LIVE_JOB ? "Gradient boosting on the credit default data, logged with MLflow" : null,
      experimentName: seed.experiment,
      status: seed.status,
      computeId: `${WORKSPACE}/computes/cpu-cluster`,
      environmentId: environment,
      codeId: `${WORKSPACE}/codes/8d5e2c1a/versions/1`,
      command: "python train.py --data ${{inputs.data}} --rounds ${{inputs.rounds}} --out ${{outputs.model}}",
      inputs: {
        data: { jobInputType: "uri_file", uri: `${WORKSPACE}/data/credit-defaults/versions/3`, mode: "ReadOnlyMount" },
        rounds: { jobInputType: "literal", value: "400" },
      },
      outputs: {
        default: {
          jobOutputType: "uri_folder",
          uri: `azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.${seed.name}`,
          mode: "ReadWriteMount",
        },
        model: {
          jobOutputType: "mlflow_model",
          uri: `azureml://datastores/workspaceblobstore/paths/azureml/${seed.name}/model/`,
          mode: "ReadWriteMount",
        },
      },
      resources: { instanceCount: 1 },
      tags: { team: "risk", source: "notebook" },
      lazuli: {
        timeline: renderTimeline(seed, createdAt),
        startedAt: seed.status === "Queued" ? null : createdAt + 2400,
        endedAt: /Running|Queued/.test(seed.status) ? null : createdAt + 2400 + seed.ran * 1000,
        error: seed.error ?? null,
        substitutions: { python: "3.10 asked, 3.10.13 used" },
      },
    },
  };
}

function renderTimeline(seed: JobSeed, createdAt: number) {
  const at = (seconds: number) => createdAt + seconds * 1000;
  if (seed.status === "Queued") {
    return [
      { phase: "Queued", reason: "waits for a node of 'cpu-cluster': 4 of 4 are busy, 1 job is ahead", at: at(0) },
    ];
  }
  const begin = [
    { phase: "Queued", reason: "waits for a node of 'cpu-cluster'", at: at(0) },
    { phase: "Preparing", reason: "downloading 3 files of code", at: at(0.1) },
    { phase: "Preparing", reason: "building environment 'sklearn-1.5' (41 packages, from the cache)", at: at(0.3) },
    { phase: "Starting", reason: "linking input 'data' (8.4 MB)", at: at(2.1) },
    { phase: "Running", reason: "python train.py on node 'cpu-cluster-0'", at: at(2.4) },
  ];
  if (seed.status === "Running") return begin;
  return [
    ...begin,
    { phase: "Finalizing", reason: "uploading 6 files of outputs", at: at(2.4 + seed.ran) },
    { phase: seed.status, reason: seed.status === "Completed" ? "exit code 0" : "", at: at(3 + seed.ran) },
  ];
}

/** A metric that falls or rises towards a limit, with noise that is the same every time. */
export function metricPoints(key: string, count: number): [number, number, number][] {
  const isLoss = /loss|error/.test(key);
  return Array.from({ length: count }, (_, step): [number, number, number] => {
    const noise = (Math.sin(step * 12.9898 + key.length * 78.233) * 43758.5453) % 1;
    const trend = Math.exp(-step / 70);
    const value = isLoss ? 0.28 + 0.41 * trend + noise * 0.012 : 0.93 - 0.3 * trend + noise * 0.009;
    return [step, value, START - 60_000 + step * 300];
  });
}

export const METRIC_KEYS = ["train_loss", "valid_loss", "valid_auc", "valid_accuracy"] as const;

export function logLine(index: number): string {
  const [loss, valid] = [
    metricPoints("train_loss", index + 1).at(-1)?.[1] ?? 0,
    metricPoints("valid_loss", index + 1).at(-1)?.[1] ?? 0,
  ];
  if (index === 0)
    return "\u001b[2mlazuli:\u001b[0m environment \u001b[36msklearn-1.5\u001b[0m (Python 3.10.13), cached";
  if (index === 1) return "\u001b[1;34mINFO\u001b[0m  read 30,000 rows x 23 columns from inputs/data";
  if (index % 40 === 7)
    return "\u001b[1;33mWARN\u001b[0m  feature 'pay_amt6' has 17.4 % missing values, imputed with the median";
  return `round ${String(index).padStart(4)}  train_loss \u001b[32m${loss.toFixed(5)}\u001b[0m  valid_loss \u001b[32m${valid.toFixed(5)}\u001b[0m`;
}

function asset(kind: string, name: string, properties: Record<string, unknown>) {
  return {
    id: `${WORKSPACE}/${kind}/${name}`,
    name,
    systemData: { createdAt: new Date(START - name.length * 17 * MINUTE).toISOString(), createdBy: "hana" },
    properties,
  };
}

export const MODELS = [
  asset("models", "iris", { latestVersion: "3", description: "Logistic regression on Fisher's iris" }),
  asset("models", "credit-defaults", {
    latestVersion: "11",
    description: "LightGBM, probability of default within a month",
  }),
  asset("models", "demand-forecast", { latestVersion: "2", description: "" }),
];

export const MODEL_VERSIONS = ["1", "2", "3"].map((version) =>
  asset("models/iris/versions", version, {
    modelType: "mlflow_model",
    modelUri: "azureml://datastores/workspaceartifactstore/paths/ExperimentRun/dcid.keen_jade_9p8o7i6u5y/model",
    jobName: "keen_jade_9p8o7i6u5y",
    flavors: { python_function: {}, sklearn: {} },
    description: "Logistic regression on Fisher's iris",
    tags: { framework: "scikit-learn" },
  }),
);

export const ENDPOINTS = [
  asset("onlineEndpoints", "iris", {
    authMode: "Key",
    scoringUri: "https://127.0.0.1:8470/endpoints/0b6c1c55/iris/score",
    swaggerUri: "https://127.0.0.1:8470/endpoints/0b6c1c55/iris/swagger.json",
    provisioningState: "Succeeded",
    traffic: { blue: 90, green: 10 },
  }),
  asset("onlineEndpoints", "credit", {
    authMode: "Key",
    scoringUri: "https://127.0.0.1:8470/endpoints/0b6c1c55/credit/score",
    provisioningState: "Updating",
    traffic: { blue: 100 },
  }),
];

export const DEPLOYMENTS = ["blue", "green"].map((name) => ({
  ...asset("onlineEndpoints/iris/deployments", name, {
    model: `${WORKSPACE}/models/iris/versions/${name === "blue" ? 2 : 3}`,
    environmentId: `${REGISTRY}/environments/sklearn-1.5/versions/12`,
    codeConfiguration: name === "blue" ? { scoringScript: "score.py" } : null,
    instanceType: "local",
    provisioningState: "Succeeded",
  }),
  sku: { name: "Default", capacity: 1 },
}));

const scale = { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: "PT120S" };

export const COMPUTES = [
  asset("computes", "cpu-cluster", {
    computeType: "AmlCompute",
    provisioningState: "Succeeded",
    properties: {
      vmSize: "local",
      vmPriority: "Dedicated",
      allocationState: "Steady",
      currentNodeCount: 2,
      scaleSettings: scale,
      nodeStateCounts: { runningNodeCount: 1, idleNodeCount: 1 },
    },
  }),
  asset("computes", "local", {
    computeType: "ComputeInstance",
    provisioningState: "Succeeded",
    properties: { state: "Running", vmSize: "local" },
  }),
];

export const NODES = [
  { nodeId: "cpu-cluster-0", nodeState: "running", runId: LIVE_JOB, privateIpAddress: "127.0.0.1" },
  { nodeId: "cpu-cluster-1", nodeState: "idle", privateIpAddress: "127.0.0.1" },
];

export const DATA = [
  asset("data", "credit-defaults", {
    latestVersion: "3",
    dataType: "uri_file",
    description: "Default of credit card clients",
  }),
  asset("data", "iris", { latestVersion: "1", dataType: "uri_file", description: "Fisher's iris" }),
];

export const DATA_VERSIONS = [
  asset("data/iris/versions", "1", {
    dataType: "uri_file",
    dataUri: "azureml://datastores/workspaceblobstore/paths/LocalUpload/1f2e/iris.csv",
  }),
];

export const ENVIRONMENTS = ["sklearn-1.5", "lightgbm-3.3", "responsibleai-0.36"].map((name) => ({
  ...asset("environments", name, { latestVersion: "12", description: `Curated: ${name}` }),
  id: `${REGISTRY}/environments/${name}`,
}));

export const ENVIRONMENT_VERSIONS = [
  {
    ...asset("environments", "12", {
      image: "mcr.microsoft.com/azureml/curated/sklearn-1.5:12",
      osType: "Linux",
      condaFile:
        "name: sklearn-1.5\ndependencies:\n  - python=3.10\n  - pip:\n      - scikit-learn~=1.5.0\n      - pandas~=1.5.3\n      - mlflow\n",
    }),
    id: `${REGISTRY}/environments/sklearn-1.5/versions/12`,
  },
];
