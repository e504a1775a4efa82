"""The whole way through Azure ML's own SDK, unmodified; prints `ok <step>` for each step that came out right."""

import json
import os
import sys
import tempfile
import urllib.request

from azure.ai.ml import Input, MLClient, Output, command
from azure.ai.ml.constants import AssetTypes
from azure.ai.ml.entities import (
    AmlCompute,
    CodeConfiguration,
    Data,
    Environment,
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    Model,
    Workspace,
)
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential

HERE = os.path.dirname(os.path.abspath(__file__))
WORKSPACE = "conformance"


def ok(step, detail=""):
    print(f"ok {step} {detail}".rstrip(), flush=True)


def prepare_data(folder):
    from sklearn.datasets import load_iris

    frame = load_iris(as_frame=True).frame
    path = os.path.join(folder, "iris.csv")
    frame.to_csv(path, index=False)
    return path, frame


def train(ml, data, environment):
    job = command(
        code=HERE,
        command="python train.py --data ${{inputs.data}} --iterations ${{inputs.iterations}} --report ${{outputs.report}}",
        inputs={"data": Input(type=AssetTypes.URI_FILE, path=f"azureml:{data.name}:{data.version}"), "iterations": 200},
        outputs={"report": Output(type=AssetTypes.URI_FOLDER)},
        environment=environment,
        compute="small",
        experiment_name="iris",
        display_name="train iris",
    )
    submitted = ml.jobs.create_or_update(job)
    ml.jobs.stream(submitted.name)
    finished = ml.jobs.get(submitted.name)
    assert finished.status == "Completed", finished.status
    ok("job", finished.name)
    return finished


def check_tracking(ml, job):
    import mlflow

    run = mlflow.get_run(job.name)
    assert run.info.status == "FINISHED", run.info.status
    assert run.data.metrics["training_accuracy"] > 0.9, run.data.metrics
    assert run.data.params["max_iter"] == "200", run.data.params
    ok("tracking")


def check_download(ml, job, folder):
    ml.jobs.download(job.name, download_path=folder, all=True)
    found = {os.path.relpath(os.path.join(base, name), folder) for base, _, names in os.walk(folder) for name in names}
    assert "named-outputs/report/report.json" in found, found
    assert "artifacts/user_logs/std_log.txt" in found, found
    assert "artifacts/outputs/model/MLmodel" in found, found
    with open(os.path.join(folder, "artifacts/user_logs/std_log.txt")) as file:
        log = file.read()
    assert "first line" in log and "last line" in log, log
    with open(os.path.join(folder, "named-outputs/report/report.json")) as file:
        assert json.load(file) == {"rows": 150, "run": job.name}
    ok("download")


def register(ml, job):
    model = ml.models.create_or_update(
        Model(
            name="iris",
            path=f"azureml://jobs/{job.name}/outputs/artifacts/paths/outputs/model/",
            type=AssetTypes.MLFLOW_MODEL,
        )
    )
    assert ml.models.get("iris", label="latest").version == model.version
    ok("register", model.version)
    return model


def deploy(ml, model, environment, frame, folder):
    endpoint = "iris-conformance"
    ml.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=endpoint, auth_mode="key")).result()
    ok("endpoint")
    blue = ManagedOnlineDeployment(
        name="blue",
        endpoint_name=endpoint,
        model=f"azureml:{model.name}:{model.version}",
        environment=environment,
        code_configuration=CodeConfiguration(code=HERE, scoring_script="score.py"),
        instance_type="Standard_DS3_v2",
        instance_count=1,
    )
    ml.online_deployments.begin_create_or_update(blue).result()
    ok("deployment blue")
    green = ManagedOnlineDeployment(
        name="green",
        endpoint_name=endpoint,
        model=f"azureml:{model.name}:{model.version}",
        environment=environment,
        instance_type="Standard_DS3_v2",
        instance_count=1,
    )
    ml.online_deployments.begin_create_or_update(green).result()
    ok("deployment green")
    return endpoint


def check_serving(ml, endpoint, frame, folder):
    described = ml.online_endpoints.get(endpoint)
    described.traffic = {"blue": 90, "green": 10}
    ml.online_endpoints.begin_create_or_update(described).result()
    assert ml.online_endpoints.get(endpoint).traffic == {"blue": 90, "green": 10}
    ok("traffic")

    rows = frame.drop(columns=["target"]).iloc[[0, 75, 149]]
    blue_request = os.path.join(folder, "blue.json")
    green_request = os.path.join(folder, "green.json")
    with open(blue_request, "w") as file:
        json.dump({"data": rows.values.tolist()}, file)
    with open(green_request, "w") as file:
        json.dump({"input_data": rows.to_dict(orient="split")}, file)
    blue = ml.online_endpoints.invoke(endpoint, request_file=blue_request, deployment_name="blue")
    green = ml.online_endpoints.invoke(endpoint, request_file=green_request, deployment_name="green")
    assert json.loads(blue) == [0, 1, 2], blue
    assert json.loads(green) == [0, 1, 2], green
    ok("invoke")

    keys = ml.online_endpoints.get_keys(endpoint)
    assert keys.primary_key and keys.secondary_key and keys.primary_key != keys.secondary_key
    request = urllib.request.Request(
        described.scoring_uri,
        data=open(blue_request, "rb").read(),
        headers={
            "Authorization": f"Bearer {keys.secondary_key}",
            "Content-Type": "application/json",
            "azureml-model-deployment": "blue",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.headers["azureml-model-deployment"] == "blue"
        assert json.load(answer) == [0, 1, 2]
    ok("keys")

    logs = ml.online_deployments.get_logs("blue", endpoint, lines=100)
    assert "the model is loaded" in logs, logs
    ok("logs")

    blue = ml.online_deployments.get("blue", endpoint)
    for count in (2, 1):
        blue.instance_count = count
        ml.online_deployments.begin_create_or_update(blue).result()
        assert ml.online_deployments.get("blue", endpoint).instance_count == count
        answer = ml.online_endpoints.invoke(endpoint, request_file=blue_request, deployment_name="blue")
        assert json.loads(answer) == [0, 1, 2], answer
    ok("scale")

    try:
        ml.online_deployments.begin_delete("green", endpoint).result()
        raise AssertionError("a deployment with traffic was deleted")
    except HttpResponseError as error:
        assert "10 % of the traffic" in str(error), error
    described.traffic = {"blue": 100}
    ml.online_endpoints.begin_create_or_update(described).result()
    ml.online_deployments.begin_delete("green", endpoint).result()
    ml.online_endpoints.begin_delete(endpoint).result()
    assert endpoint not in [one.name for one in ml.online_endpoints.list()]
    ok("delete")


def main():
    credential = DefaultAzureCredential()
    subscription = os.environ["AZURE_SUBSCRIPTION_ID"]
    MLClient(credential, subscription, "lazuli").workspaces.begin_create(Workspace(name=WORKSPACE)).result()
    ml = MLClient(credential, subscription, "lazuli", WORKSPACE)
    ok("workspace")
    ml.compute.begin_create_or_update(AmlCompute(name="small", min_instances=0, max_instances=2)).result()
    ok("compute")

    import mlflow

    mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"].replace("/workspaces/main", f"/workspaces/{WORKSPACE}"))
    folder = tempfile.mkdtemp()
    path, frame = prepare_data(folder)
    data = ml.data.create_or_update(Data(name="iris", path=path, type=AssetTypes.URI_FILE))
    again = ml.data.create_or_update(Data(name="iris", path=path, type=AssetTypes.URI_FILE, version=data.version))
    assert again.path == data.path
    ok("data")
    environment = sys.argv[1] if len(sys.argv) > 1 else "azureml://registries/azureml/environments/sklearn-1.5/labels/latest"
    job = train(ml, data, environment)
    check_tracking(ml, job)
    check_download(ml, job, os.path.join(folder, "download"))
    model = register(ml, job)
    endpoint = deploy(ml, model, environment, frame, folder)
    check_serving(ml, endpoint, frame, folder)
    print("all steps passed", flush=True)


main()
