"""Online endpoints through Azure ML's own SDK, unmodified; prints `ok <step>` for each step that came out right."""

import json
import os
import sys
import tempfile
import time
import urllib.error
import urllib.request

import joblib
import mlflow.sklearn
from azure.ai.ml import MLClient
from azure.ai.ml.constants import AssetTypes
from azure.ai.ml.entities import (
    CodeConfiguration,
    Environment,
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    Model,
    OnlineRequestSettings,
)
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import DefaultAzureCredential
from mlflow.models import infer_signature
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

HERE = os.path.dirname(os.path.abspath(__file__))
ENDPOINT = os.environ.get("FLOW_ENDPOINT", "iris-flow")
FRAME = load_iris(as_frame=True)
ROWS = FRAME.data.iloc[[0, 75, 149]]


def ok(step, detail=""):
    print(f"ok {step} {detail}".rstrip(), flush=True)


def conda(folder):
    import sklearn

    path = os.path.join(folder, "conda.yaml")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    with open(path, "w") as file:
        file.write(
            f"name: serve\ndependencies:\n  - python={python}\n  - pip:\n"
            f"      - scikit-learn=={sklearn.__version__}\n      - joblib\n      - mlflow=={mlflow.__version__}\n"
        )
    return path


def train(ml, folder):
    model = LogisticRegression(max_iter=500).fit(FRAME.data, FRAME.target)
    os.makedirs(os.path.join(folder, "model"))
    joblib.dump(model.__class__(max_iter=500).fit(FRAME.data.values, FRAME.target), os.path.join(folder, "model", "iris.joblib"))
    plain = ml.models.create_or_update(Model(name="iris-plain", path=os.path.join(folder, "model"), type=AssetTypes.CUSTOM_MODEL))
    signature = infer_signature(FRAME.data, model.predict(FRAME.data))
    path = os.path.join(folder, "logged")
    mlflow.sklearn.save_model(model, path, signature=signature, conda_env=conda(folder))
    logged = ml.models.create_or_update(Model(name="iris-logged", path=path, type=AssetTypes.MLFLOW_MODEL))
    environment = ml.environments.create_or_update(
        Environment(name="serve", image="mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04", conda_file=conda(folder))
    )
    ok("models")
    return plain, logged, environment


def blue_of(plain, environment, **more):
    return ManagedOnlineDeployment(
        **{
            "name": "blue",
            "endpoint_name": ENDPOINT,
            "model": plain,
            "environment": environment,
            "code_configuration": CodeConfiguration(code=os.path.join(HERE, "src"), scoring_script="score.py"),
            "instance_type": "Standard_DS3_v2",
            "instance_count": 1,
            "request_settings": OnlineRequestSettings(request_timeout_ms=20000, max_concurrent_requests_per_instance=4),
            **more,
        }
    )


def timed(poller):
    started = time.monotonic()
    result = poller.result()
    return result, time.monotonic() - started


def score(uri, body, key, **headers):
    request = urllib.request.Request(uri, json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, dict(answer.headers), json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def check_gateway(ml, data):
    described = ml.online_endpoints.get(ENDPOINT)
    keys = ml.online_endpoints.get_keys(ENDPOINT)
    status, headers, answer = score(described.scoring_uri, data, keys.primary_key, azureml_model_deployment="blue")
    assert (status, answer) == (200, [0, 1, 2]), (status, answer)
    assert headers["azureml-model-deployment"] == "blue" and headers["x-request-id"], headers
    assert score(described.scoring_uri, data, "wrong")[0] == 401
    assert score(described.scoring_uri, data, None)[0] == 401
    assert score(described.scoring_uri, data, keys.secondary_key, azureml_model_deployment="nothing")[0] == 404
    status, headers, answer = score(described.scoring_uri, {"data": "fail"}, keys.primary_key, azureml_model_deployment="blue")
    assert status == 424 and headers["ms-azureml-model-error-statuscode"] == "500", (status, headers, answer)
    ml.online_endpoints.begin_regenerate_keys(ENDPOINT, key_type="primary").result()
    renewed = ml.online_endpoints.get_keys(ENDPOINT)
    assert renewed.primary_key != keys.primary_key and renewed.secondary_key == keys.secondary_key
    assert score(described.scoring_uri, data, keys.primary_key)[0] == 401
    assert score(described.scoring_uri, data, renewed.primary_key)[0] == 200
    return described.scoring_uri, renewed.primary_key


def check_split(uri, key):
    body = {"data": ROWS.values.tolist(), "input_data": ROWS.to_dict(orient="split")}
    answered = {"blue": 0, "green": 0}
    for _ in range(60):
        _, headers, _ = score(uri, body, key)
        answered[headers["azureml-model-deployment"]] += 1
    assert answered["blue"] > answered["green"], answered
    ok("split", str(answered))


def main():
    ml = MLClient(DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"], "lazuli", "main")
    folder = tempfile.mkdtemp()
    plain, logged, environment = train(ml, folder)
    data = {"data": ROWS.values.tolist()}

    _, seconds = timed(ml.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=ENDPOINT, auth_mode="key", tags={"a": "b"})))
    ok("endpoint", f"{seconds:.2f} s")
    blue, seconds = timed(ml.online_deployments.begin_create_or_update(blue_of(plain, environment)))
    assert blue.provisioning_state == "Succeeded" and blue.instance_count == 1, blue
    ok("blue", f"{seconds:.2f} s")
    ml.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=ENDPOINT, auth_mode="key", traffic={"blue": 100})).result()
    uri, key = check_gateway(ml, data)
    ok("gateway")

    green = ManagedOnlineDeployment(name="green", endpoint_name=ENDPOINT, model=logged, instance_type="Standard_DS3_v2", instance_count=1)
    _, seconds = timed(ml.online_deployments.begin_create_or_update(green))
    status, _, answer = score(uri, {"input_data": ROWS.to_dict(orient="split")}, key, azureml_model_deployment="green")
    assert (status, answer) == (200, [0, 1, 2]), (status, answer)
    ok("green", f"{seconds:.2f} s")

    started = time.monotonic()
    ml.online_deployments.begin_create_or_update(blue_of(plain, environment, name="again")).result()
    assert score(uri, data, key, azureml_model_deployment="again")[2] == [0, 1, 2]
    ok("second", f"{time.monotonic() - started:.2f} s")
    ml.online_deployments.begin_delete("again", ENDPOINT).result()

    endpoint = ml.online_endpoints.get(ENDPOINT)
    endpoint.traffic = {"blue": 90, "green": 10}
    ml.online_endpoints.begin_create_or_update(endpoint).result()
    assert ml.online_endpoints.get(ENDPOINT).traffic == {"blue": 90, "green": 10}
    check_split(uri, key)
    endpoint.traffic = {"blue": 90}
    try:
        ml.online_endpoints.begin_create_or_update(endpoint).result()
        raise AssertionError("traffic of 90 was accepted")
    except HttpResponseError as error:
        assert "must sum to 0 or 100" in str(error), error
    path = os.path.join(folder, "request.json")
    with open(path, "w") as file:
        json.dump(data, file)
    assert json.loads(ml.online_endpoints.invoke(ENDPOINT, request_file=path, deployment_name="blue")) == [0, 1, 2]
    ok("invoke")

    updated = ml.online_deployments.begin_create_or_update(
        blue_of(plain, environment, instance_count=2, environment_variables={"COLOR": "deep blue"})
    ).result()
    assert updated.instance_count == 2, updated
    logs = ml.online_deployments.get_logs("blue", ENDPOINT, lines=200)
    assert logs.count("the model is loaded, color deep blue") == 2, logs
    ok("update")

    try:
        code = CodeConfiguration(code=os.path.join(HERE, "src"), scoring_script="broken.py")
        broken = blue_of(plain, environment, name="broken", code_configuration=code)
        ml.online_deployments.begin_create_or_update(broken).result()
        raise AssertionError("a broken script was deployed")
    except HttpResponseError as error:
        assert "this script never starts" in str(error), error
    assert "RuntimeError: this script never starts" in ml.online_deployments.get_logs("broken", ENDPOINT, lines=50)
    assert ml.online_deployments.get("broken", ENDPOINT).provisioning_state == "Failed"
    ok("broken")

    _, seconds = timed(ml.online_endpoints.begin_delete(ENDPOINT))
    try:
        ml.online_deployments.get("blue", ENDPOINT)
        raise AssertionError("the deployment is still there")
    except ResourceNotFoundError:
        pass
    assert score(uri, data, key)[0] == 404
    ok("delete", f"{seconds:.2f} s")
    print("all steps passed", flush=True)


main()
