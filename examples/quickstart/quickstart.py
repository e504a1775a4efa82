"""The whole way once, with Azure ML's own Python SDK: data, job, model, endpoint, prediction.

`./lazuli quickstart` runs it. By hand, in an environment with azure-ai-ml, azure-identity and scikit-learn:

    eval "$(./lazuli env)"
    python examples/quickstart/quickstart.py
"""

import json
import logging
import os
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
HERE = Path(__file__).parent


@contextmanager
def step(title):
    """Prints what is done, its result and how long it took; the SDK's own progress bars stay out of the way."""
    shown, started, result = sys.stdout, time.perf_counter(), []
    if shown.isatty():
        print(f"  …  {title}", end="\r", file=shown, flush=True)
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        yield result.append
    seconds = time.perf_counter() - started
    print(f"  ✓  {title:<30}{seconds:>6.1f} s   {' '.join(map(str, result))}".rstrip(), file=shown, flush=True)


with step("Load the Azure ML SDK") as note:
    from azure.ai.ml import MLClient, load_job, load_online_deployment, load_online_endpoint
    from azure.ai.ml import __version__ as sdk_version
    from azure.ai.ml.entities import Data, Model
    from azure.identity import DefaultAzureCredential
    from sklearn.datasets import load_wine

    client = MLClient(
        DefaultAzureCredential(),
        subscription_id=os.environ["AZURE_SUBSCRIPTION_ID"],
        resource_group_name=os.environ.get("AZURE_DEFAULTS_GROUP", "lazuli"),
        workspace_name=os.environ.get("AZURE_DEFAULTS_WORKSPACE", "main"),
    )
    note(f"azure-ai-ml {sdk_version}")

with step("Upload the data") as note:
    wine = load_wine(as_frame=True).frame.rename(columns={"target": "cultivar"})
    path = Path(tempfile.mkdtemp()) / "wine.csv"
    wine.to_csv(path, index=False)
    data = client.data.create_or_update(Data(name="wine", path=str(path), type="uri_file"))
    note(f"{data.name}:{data.version}, {len(wine)} wines")

with step("Train a model as a job") as note:
    job = client.jobs.create_or_update(load_job(HERE / "job.yml"))
    import mlflow  # takes a while to load, so it does while the job runs

    while job.status not in ("Completed", "Failed", "Canceled"):
        time.sleep(0.2)
        job = client.jobs.get(job.name)
    note(job.name)

if job.status != "Completed":
    print(f"\nThe job is '{job.status}'. Its log:\n", flush=True)
    client.jobs.stream(job.name)
    sys.exit(1)

with step("Read its metrics with MLflow") as note:
    metrics = mlflow.get_run(job.name).data.metrics
    note(f"test_accuracy {metrics['test_accuracy']:.3f}")

with step("Register the model") as note:
    output = f"azureml://jobs/{job.name}/outputs/artifacts/paths/model/"
    model = client.models.create_or_update(Model(name="wine", path=output, type="mlflow_model"))
    note(f"{model.name}:{model.version}")

with step("Create an online endpoint") as note:
    endpoint = client.online_endpoints.begin_create_or_update(load_online_endpoint(HERE / "endpoint.yml")).result()
    note(endpoint.scoring_uri)

with step("Deploy the model") as note:
    deployment = client.online_deployments.begin_create_or_update(
        load_online_deployment(HERE / "deployment.yml")
    ).result()
    endpoint.traffic = {deployment.name: 100}
    client.online_endpoints.begin_create_or_update(endpoint).result()
    note(f"{deployment.name}, all traffic")

with step("Score three wines") as note:
    rows = wine.iloc[[0, 70, 150]]
    request = path.with_name("request.json")
    request.write_text(json.dumps({"data": rows.drop(columns="cultivar").values.tolist()}))
    answer = json.loads(client.online_endpoints.invoke(endpoint.name, request_file=str(request)))
    note(f"predicted {answer}, really {rows['cultivar'].tolist()}")
