"""Everything a data scientist does with MLflow, through the official client; prints `ok <step>` after each step.

Reads nothing but the environment that `lazuli env` exports. Runs under mlflow 2 and 3.
"""

import json
import math
import os
import tempfile
import urllib.request
import uuid
import warnings

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("ignore")
IS_3 = mlflow.__version__.startswith("3")
PREFIX = f"v{mlflow.__version__.replace('.', '-')}"
client = MlflowClient()


def refused(code, call):
    """The error code that a call is refused with."""
    try:
        call()
    except MlflowException as error:
        assert error.error_code == code, (error.error_code, error.message)
        return error.message
    raise AssertionError(f"not refused with {code}")


def ok(step):
    print(f"ok {step}", flush=True)


def raw(method, path, body=None):
    """A request as curl would make it; the status and the decoded body."""
    request = urllib.request.Request(
        os.environ["MLFLOW_TRACKING_URI"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


# experiments
name = f"{PREFIX}-experiment"
experiment_id = client.create_experiment(name, tags={"team": "a"})
assert "already exists" in refused("RESOURCE_ALREADY_EXISTS", lambda: client.create_experiment(name))
refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_experiment("missing"))
client.set_experiment_tag(experiment_id, "stage", "one")
client.rename_experiment(experiment_id, f"{name}-renamed")
client.rename_experiment(experiment_id, name)
experiment = client.get_experiment_by_name(name)
assert experiment.tags == {"team": "a", "stage": "one"}, experiment.tags
found = client.search_experiments(filter_string=f"name LIKE '{PREFIX}%' AND tags.team = 'a'")
assert [one.experiment_id for one in found] == [experiment_id]
client.delete_experiment(experiment_id)
assert client.get_experiment(experiment_id).lifecycle_stage == "deleted"
assert [one.name for one in client.search_experiments(view_type=ViewType.DELETED_ONLY)] == [name]
client.restore_experiment(experiment_id)
mlflow.set_experiment(name)
ok("experiments")

# runs, params, tags, metrics
with mlflow.start_run(run_name="first", tags={"kind": "basic"}) as active:
    mlflow.log_params({"lr": 0.1, "layers": [1, 2]})
    mlflow.log_metrics({"acc": 0.5, "loss": 2.0}, step=1)
    mlflow.log_metric("loss", 1.5, step=2)
    mlflow.log_metric("nan", math.nan)
    mlflow.log_metric("inf", math.inf)
    mlflow.set_tags({"note": "größe", "gone": "x"})
    mlflow.delete_tag("gone")
    with mlflow.start_run(nested=True) as child:
        mlflow.log_metric("acc", 0.9)
run = client.get_run(active.info.run_id)
assert run.info.status == "FINISHED" and run.info.run_name == "first" and run.info.end_time >= run.info.start_time
assert run.data.params == {"lr": "0.1", "layers": "[1, 2]"}
assert run.data.metrics["loss"] == 1.5 and math.isnan(run.data.metrics["nan"]) and run.data.metrics["inf"] == math.inf
assert run.data.tags["note"] == "größe" and "gone" not in run.data.tags
assert client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == active.info.run_id
assert "Changing param values" in refused("INVALID_PARAMETER_VALUE", lambda: client.log_param(run.info.run_id, "lr", 2))
refused("INVALID_PARAMETER_VALUE", lambda: client.log_metric(run.info.run_id, "../up", 1))
refused("INVALID_PARAMETER_VALUE", lambda: client.set_tag(run.info.run_id, "k" * 300, "v"))
refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_run("0" * 32))
ok("runs")

# batches and long histories
batch = client.create_run(experiment_id)
points = 20_000
for start in range(0, points, 1000):
    metrics = [Metric("curve", step / 3, 1_700_000_000_000 + step, step) for step in range(start, start + 1000)]
    client.log_batch(batch.info.run_id, metrics=metrics)
client.log_batch(batch.info.run_id, params=[Param(f"p{n}", str(n)) for n in range(100)], tags=[RunTag("t", "1")])
history = client.get_metric_history(batch.info.run_id, "curve")
assert [point.step for point in history] == list(range(points))
assert history[-1].value == (points - 1) / 3 and client.get_run(batch.info.run_id).data.metrics["curve"] == (points - 1) / 3
client.set_terminated(batch.info.run_id, "FAILED")
assert client.get_run(batch.info.run_id).info.status == "FAILED"
assert len(client.get_metric_history(batch.info.run_id, "curve")) == points
status, page = raw("GET", f"/api/2.0/mlflow/metrics/get-history?run_id={batch.info.run_id}&metric_key=curve&max_results=7000")
assert status == 200 and len(page["metrics"]) == 7000 and page["next_page_token"], page.keys()
too_many = [{"key": "m", "value": 1, "timestamp": 1, "step": n} for n in range(1001)]
status, error = raw("POST", "/api/2.0/mlflow/runs/log-batch", {"run_id": batch.info.run_id, "metrics": too_many})
assert status == 400 and "at most 1000" in error["message"], error
ok("history")

# search
for n in range(12):
    with mlflow.start_run(run_name=f"s{n}"):
        mlflow.log_metric("score", n / 10)
        mlflow.log_param("group", "even" if n % 2 == 0 else "odd")


def names(filter_string, **options):
    return [one.info.run_name for one in client.search_runs([experiment_id], filter_string, **options)]


assert names("metrics.score >= 0.8 AND params.group = 'even'", order_by=["metrics.score DESC"]) == ["s10", "s8"]
assert names("attributes.run_name LIKE 's1_'", order_by=["metrics.score ASC"]) == ["s10", "s11"]
assert names("params.group ILIKE 'ODD' and metrics.score < 0.2") == ["s1"]
collected, token = [], None
while True:
    page = client.search_runs([experiment_id], "metrics.score > -1", order_by=["metrics.score"], max_results=5, page_token=token)
    collected += [one.info.run_name for one in page]
    token = page.token
    if not token:
        break
assert collected == [f"s{n}" for n in range(12)], collected
assert len(mlflow.search_runs(experiment_names=[name], filter_string="tags.kind = 'basic'")) == 1
refused("INVALID_PARAMETER_VALUE", lambda: client.search_runs([experiment_id], "metrics.score ~ 1"))
ok("search")

# delete and restore
client.delete_run(batch.info.run_id)
refused("INVALID_PARAMETER_VALUE", lambda: client.log_metric(batch.info.run_id, "late", 1))
assert [one.info.run_id for one in client.search_runs([experiment_id], run_view_type=ViewType.DELETED_ONLY)] == [batch.info.run_id]
client.restore_run(batch.info.run_id)
client.log_metric(batch.info.run_id, "late", 1)
ok("delete and restore")

# artifacts
with mlflow.start_run() as active, tempfile.TemporaryDirectory() as folder:
    os.makedirs(f"{folder}/deep/er")
    for path, size in {"a.bin": 3_000_000, "deep/er/b c.txt": 5, "empty": 0}.items():
        with open(f"{folder}/{path}", "wb") as file:
            file.write(os.urandom(size))
    mlflow.log_artifacts(folder, "data")
    mlflow.log_dict({"x": 1}, "conf.json")
    mlflow.log_text("<b>hi</b>", "page.html")
    run_id = active.info.run_id
    assert [file.path for file in client.list_artifacts(run_id)] == ["conf.json", "data", "page.html"]
    assert {file.path: file.file_size for file in client.list_artifacts(run_id, "data")} == {"data/a.bin": 3_000_000, "data/deep": None, "data/empty": 0}
    copy = client.download_artifacts(run_id, "data", tempfile.mkdtemp())
    for path in ["a.bin", "deep/er/b c.txt", "empty"]:
        with open(f"{folder}/{path}", "rb") as one, open(f"{copy}/{path}", "rb") as other:
            assert one.read() == other.read(), path
os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "true"
os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = str(5 * 1024 * 1024)
os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = str(5 * 1024 * 1024)
with tempfile.TemporaryDirectory() as folder:
    content = os.urandom(12 * 1024 * 1024)
    with open(f"{folder}/large.bin", "wb") as file:
        file.write(content)
    client.log_artifact(run_id, f"{folder}/large.bin", "parts")
    with open(client.download_artifacts(run_id, "parts/large.bin", folder), "rb") as file:
        assert file.read() == content
del os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"]
for path in ["..%2f..%2fetc%2fpasswd", "%252e%252e/x", "ExperimentRun/../../x", "a%5c..%5cb"]:
    status, error = raw("GET", f"/api/2.0/mlflow-artifacts/artifacts/{path}")
    assert status in (400, 404) and "error_code" in error, (path, status, error)
status, _ = raw("DELETE", f"/api/2.0/mlflow-artifacts/artifacts/ExperimentRun/dcid.{run_id}/data")
assert status == 200 and [file.path for file in client.list_artifacts(run_id)] == ["conf.json", "page.html", "parts"]
ok("artifacts")

# autolog
features, target = load_iris(return_X_y=True, as_frame=True)
mlflow.sklearn.autolog(log_input_examples=False)
with mlflow.start_run() as active:
    model = LogisticRegression(max_iter=200).fit(features, target)
mlflow.sklearn.autolog(disable=True)
run = client.get_run(active.info.run_id)
assert run.data.metrics["training_accuracy_score"] > 0.9 and run.data.params["max_iter"] == "200"
assert [one.dataset.name for one in run.inputs.dataset_inputs] == ["dataset"]
assert "model" in [file.path for file in client.list_artifacts(run.info.run_id)]
assert mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model").predict(features.head(1)).shape == (1,)
ok("autolog")

# log, register, load
registered = f"{PREFIX}-iris"
with mlflow.start_run() as active:
    place = {"name": "model"} if IS_3 else {"artifact_path": "model"}
    info = mlflow.sklearn.log_model(model, registered_model_name=registered, pip_requirements=["scikit-learn"], **place)
run_id = active.info.run_id
second = mlflow.register_model(f"runs:/{run_id}/model", registered, tags={"by": "uri"})
assert (second.version, second.run_id, second.status) == ("2", run_id, "READY") or int(second.version) == 2
for uri in [f"models:/{registered}/1", f"models:/{registered}/2", f"models:/{registered}/latest", info.model_uri]:
    assert list(mlflow.pyfunc.load_model(uri).predict(features.head(2))) == [0, 0], uri
client.set_registered_model_alias(registered, "champion", "1")
assert int(client.get_model_version_by_alias(registered, "champion").version) == 1
assert mlflow.sklearn.load_model(f"models:/{registered}@champion").max_iter == 200
client.update_model_version(registered, "1", "the first")
client.set_model_version_tag(registered, "1", "k", "v")
client.transition_model_version_stage(registered, "1", "Production")
client.transition_model_version_stage(registered, "2", "Production", archive_existing_versions=True)
stages = {int(one.version): one.current_stage for one in client.search_model_versions(f"name = '{registered}'")}
assert stages == {1: "Archived", 2: "Production"}, stages
assert [int(one.version) for one in client.search_model_versions(f"run_id = '{run_id}' and tags.by = 'uri'")] == [2]
first = client.get_model_version(registered, "1")
assert first.description == "the first" and first.tags == {"k": "v"} and first.aliases == ["champion"]
assert [one.name for one in client.search_registered_models(f"name ILIKE '{PREFIX.upper()}%'")] == [registered]
refused("RESOURCE_ALREADY_EXISTS", lambda: client.create_registered_model(registered))
for source in ["file:///etc", "/etc", "runs:/../x", "mlflow-artifacts:/../../x", "mlflow-artifacts:/Models/none"]:
    status, error = raw("POST", "/api/2.0/mlflow/model-versions/create", {"name": registered, "source": source})
    assert status in (400, 404), (source, status, error)
client.delete_model_version(registered, "2")
refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_model_version(registered, "2"))
ok("registry")

# the same models through Azure's API
arm = os.environ["MLFLOW_TRACKING_URI"].split("/mlflow/")[0] + "/" + os.environ["MLFLOW_TRACKING_URI"].split("/mlflow/")[1].split("/", 1)[1]


def resource(method, path, body=None):
    request = urllib.request.Request(
        f"{arm}{path}?api-version=2024-04-01",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())["properties"]


version = resource("GET", f"/models/{registered}/versions/1")
assert version["modelType"] == "mlflow_model" and version["jobName"] == run_id and "sklearn" in version["flavors"], version
assert version["modelUri"].endswith(f"/datastores/workspaceartifactstore/paths/ExperimentRun/dcid.{run_id}/model"), version["modelUri"]
made = f"{PREFIX}-made"
uri = f"azureml://jobs/{run_id}/outputs/artifacts/paths/model"
resource("PUT", f"/models/{made}/versions/7", {"properties": {"modelType": "mlflow_model", "modelUri": uri}})
assert client.get_model_version_download_uri(made, "7") == f"mlflow-artifacts:/ExperimentRun/dcid.{run_id}/model"
assert list(mlflow.pyfunc.load_model(f"models:/{made}/7").predict(features.head(1))) == [0]
assert int(client.create_model_version(made, f"runs:/{run_id}/model", run_id).version) == 8
client.delete_registered_model(made)
refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_registered_model(made))
ok("azure models")

if IS_3:
    # logged models and traces
    logged = mlflow.get_logged_model(info.model_id)
    assert logged.status == "READY" and logged.source_run_id == run_id and logged.name == "model"
    with mlflow.start_run():
        mlflow.log_metric("holdout", 0.8, model_id=info.model_id)
    assert [(one.key, one.value) for one in mlflow.get_logged_model(info.model_id).metrics] == [("holdout", 0.8)]
    found = mlflow.search_logged_models(
        experiment_ids=[experiment_id],
        filter_string="metrics.holdout > 0.5 AND name = 'model'",
        order_by=[{"field_name": "metrics.holdout", "ascending": False}],
        output_format="list",
    )
    assert [one.model_id for one in found] == [info.model_id]
    client.set_logged_model_tags(info.model_id, {"good": "yes"})
    assert mlflow.get_logged_model(info.model_id).tags["good"] == "yes"
    client.delete_logged_model_tag(info.model_id, "good")
    external = mlflow.initialize_logged_model(name="external", params={"a": "1"})
    assert mlflow.finalize_logged_model(external.model_id, "FAILED").status == "FAILED"
    client.delete_logged_model(external.model_id)
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_logged_model(external.model_id))
    ok("logged models")

    marker = uuid.uuid4().hex

    @mlflow.trace
    def answer(question):
        return {"text": question.upper()}

    answer(f"why {marker}")
    mlflow.flush_trace_async_logging()
    trace_id = mlflow.get_last_active_trace_id()
    trace = client.get_trace(trace_id)
    assert trace.info.state == "OK" and marker in trace.info.request_preview, trace.info
    assert [span.name for span in trace.data.spans] == ["answer"]
    client.set_trace_tag(trace_id, "colour", "green")
    found = mlflow.search_traces(filter_string="tags.colour = 'green'", return_type="list")
    assert [one.info.trace_id for one in found] == [trace_id]
    client.delete_trace_tag(trace_id, "colour")
    mlflow.log_feedback(trace_id=trace_id, name="helpful", value=True)
    assert [one.name for one in client.get_trace(trace_id).info.assessments] == ["helpful"]
    assert client.delete_traces(experiment_id, trace_ids=[trace_id]) == 1
    ok("traces")
