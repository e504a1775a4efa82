"""Drives sweep jobs of a server with azure-ai-ml alone.

Each step prints `ok <name>` once what it asserts holds. Variables of `lazuli env` say where the server is.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import mlflow
from azure.ai.ml import MLClient, Output, command, load_job
from azure.ai.ml.constants import AssetTypes
from azure.ai.ml.entities import Environment
from azure.ai.ml.exceptions import JobException
from azure.ai.ml.sweep import (
    BanditPolicy,
    Choice,
    LogNormal,
    LogUniform,
    MedianStoppingPolicy,
    Normal,
    QLogNormal,
    QLogUniform,
    QNormal,
    QUniform,
    Randint,
    RandomSamplingAlgorithm,
    TruncationSelectionPolicy,
    Uniform,
)
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential

ENDED = ("Completed", "Failed", "Canceled")
WAIT_SECONDS_MAX = 300

client = MLClient(DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"], "lazuli", "main")
folder = Path(tempfile.mkdtemp(prefix="lazuli-sweeps-"))
source = folder / "source"

# Trials need no package: they log through the tracking server's own address.
TRAIN = '''
import json, os, sys, time, urllib.request

def log(key, value, step=0):
    point = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": key, "value": value, "step": step}
    request = urllib.request.Request(
        os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric",
        data=json.dumps({**point, "timestamp": int(time.time() * 1000)}).encode(),
        headers={"content-type": "application/json", "authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]},
    )
    urllib.request.urlopen(request).read()
'''
ONCE = TRAIN + '''
x, out = float(sys.argv[1]), sys.argv[2]
print("x is", x, "and the variable says", os.environ["AZUREML_SWEEP_x"], flush=True)
with open(os.path.join(out, "x.txt"), "w") as file:
    file.write(str(x))
os.makedirs("outputs", exist_ok=True)
open("outputs/kept.txt", "w").write(str(x))
log("loss", (x - 0.3) ** 2)
'''
# Trial 0 is good and quick; the others wait for it, then log a bad value until they are ended.
STEPS = TRAIN + '''
quality = float(sys.argv[1])
for step in range(int(sys.argv[2])):
    log("accuracy", quality, step)
    time.sleep(0.05)
'''


def prepare() -> None:
    source.mkdir()
    (source / "once.py").write_text(ONCE)
    (source / "steps.py").write_text(STEPS)
    client.environments.create_or_update(Environment(name="plain", version="1", image="python:3.11"))


def trial(line: str, asset: str | None = None, **inputs):
    job = command(
        command=line,
        code=str(source),
        environment="azureml:plain:1",
        inputs={name: 0.0 for name in inputs},
        outputs={"out": Output(type=AssetTypes.URI_FOLDER, name=asset)} if "outputs.out" in line else None,
    )
    return job(**inputs)


def submit(sweep, **more):
    for name, value in more.items():
        setattr(sweep, name, value)
    return client.jobs.create_or_update(sweep)


def wait(name: str):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < deadline:
        job = client.jobs.get(name)
        if job.status in ENDED:
            return job
        time.sleep(0.1)
    raise TimeoutError(f"Job '{name}' did not end.")


def trials_of(name: str) -> list:
    return sorted(client.jobs.list(parent_job_name=name), key=lambda job: int(job.name.rsplit("_", 1)[1]))


def parameters_of(name: str) -> list:
    return [json.loads(job.properties["hyperparameters"]) for job in trials_of(name)]


def best_trial() -> None:
    sweep = trial("python once.py ${{inputs.x}} ${{outputs.out}}", asset="best-x", x=Uniform(0, 1)).sweep(
        primary_metric="loss", goal="Minimize", sampling_algorithm="random", max_total_trials=6, max_concurrent_trials=3
    )
    job = submit(sweep, experiment_name="sweeps", display_name="best of six")
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        client.jobs.stream(job.name)
    assert "hyperdrive.txt" in shown.getvalue() and f"'{job.name}_5'" in shown.getvalue(), shown.getvalue()
    print("ok stream")
    done = wait(job.name)
    assert (done.status, done.type, done.display_name) == ("Completed", "sweep", "best of six")
    made = trials_of(job.name)
    assert [one.name for one in made] == [f"{job.name}_{number}" for number in range(6)]
    losses = {one.name: mlflow.get_run(one.name).data.metrics["loss"] for one in made}
    best = min(losses, key=losses.get)
    assert done.properties["best_child_run_id"] == best
    assert float(done.properties["score"]) == losses[best]
    print("ok best")
    run = mlflow.get_run(best)
    x = json.loads(run.data.tags["hyperparameters"])["x"]
    assert float(run.data.params["x"]) == x and abs((x - 0.3) ** 2 - losses[best]) < 1e-12
    assert run.data.tags["mlflow.parentRunId"] == job.name
    nested = mlflow.search_runs(
        experiment_names=["sweeps"], filter_string=f"tags.mlflow.parentRunId = '{job.name}'", output_format="list"
    )
    assert {one.info.run_id for one in nested} == set(losses)
    assert mlflow.get_run(job.name).data.tags["best_child_run_id"] == best
    assert mlflow.get_run(job.name).info.status == "FINISHED"
    print("ok runs")
    place = folder / "download"
    client.jobs.download(job.name, download_path=place, all=True)
    assert float((place / "named-outputs" / "out" / "x.txt").read_text()) == x
    assert (place / "artifacts" / "outputs" / "kept.txt").read_text() == str(x)
    assert "hyperdrive.txt" in {path.name for path in (place / "hd-artifacts").rglob("*")}
    client.jobs.download(job.name, download_path=folder / "one", output_name="out")
    assert float((folder / "one" / "named-outputs" / "out" / "x.txt").read_text()) == x
    print("ok download")
    asset = client.data.get("best-x", label="latest")
    assert f"{best}/out" in asset.path, asset.path
    print("ok outputs")


def samplers() -> None:
    def run(algorithm, **space):
        line = " ".join(["true", *(f"${{{{inputs.{name}}}}}" for name in space)])
        sweep = trial(line, **space).sweep(
            primary_metric="none", goal="Maximize", sampling_algorithm=algorithm, max_total_trials=4
        )
        job = submit(sweep)
        return job.name

    space = dict(
        a=Uniform(0, 1),
        b=LogUniform(-4, -1),
        c=QUniform(0, 100, 5),
        d=QLogUniform(0, 5, 2),
        e=Normal(0, 1),
        f=LogNormal(0, 1),
        g=QNormal(50, 10, 5),
        h=QLogNormal(0, 1, 1),
        i=Randint(7),
        j=Choice(["x", "y", 3]),
    )
    names = [
        run(RandomSamplingAlgorithm(seed=5), **space),
        run(RandomSamplingAlgorithm(seed=5), **space),
        run(RandomSamplingAlgorithm(seed=6), **space),
        run(RandomSamplingAlgorithm(seed=5, rule="sobol", logbase=10), **space),
        run("bayesian", **space),
        run("grid", j=Choice(["x", "y"]), k=Choice([1, {"depth": Randint(2), "kind": "tree"}])),
    ]
    for name in names:
        assert wait(name).status == "Completed"
    first, again, other, sobol, bayesian, grid = (parameters_of(name) for name in names)
    assert first == again, "the same seed picks the same parameters"
    assert first != other and first != sobol
    for drawn in [*first, *sobol, *bayesian]:
        assert 0 <= drawn["a"] <= 1 and drawn["c"] % 5 == 0 and drawn["d"] % 2 == 0 and drawn["g"] % 5 == 0
        assert drawn["i"] in range(7) and drawn["j"] in ("x", "y", 3) and drawn["f"] > 0
    assert all(1e-4 <= drawn["b"] <= 1e-1 for drawn in sobol)
    assert sorted(int(drawn["a"] * 4) for drawn in sobol) == [0, 1, 2, 3], "sobol spreads evenly"
    assert grid == [
        {"j": "x", "k": 1},
        {"j": "x", "k": {"depth": 0, "kind": "tree"}},
        {"j": "x", "k": {"depth": 1, "kind": "tree"}},
        {"j": "y", "k": 1},
    ]
    print("ok samplers")


def policies() -> None:
    """Grid order is fixed, so the good trial comes first and has logged all its values when the bad one begins."""
    for policy in (
        BanditPolicy(slack_factor=0.2, evaluation_interval=1, delay_evaluation=2),
        BanditPolicy(slack_amount=0.3, evaluation_interval=2),
        MedianStoppingPolicy(evaluation_interval=1, delay_evaluation=2),
        TruncationSelectionPolicy(truncation_percentage=50, evaluation_interval=1, delay_evaluation=1),
    ):
        steps = Choice(["0.9 4", "0.1 400"])
        sweep = trial("python steps.py ${{inputs.steps}}", steps=steps).sweep(
            primary_metric="accuracy",
            goal="Maximize",
            sampling_algorithm="grid",
            max_total_trials=2,
            max_concurrent_trials=1,
            early_termination_policy=policy,
        )
        job = submit(sweep)
        begun = time.monotonic()
        done = wait(job.name)
        assert [one.status for one in trials_of(job.name)] == ["Completed", "Canceled"], policy.type
        assert time.monotonic() - begun < 15, "the bad trial was ended long before its end"
        assert done.status == "Completed" and done.properties["best_child_run_id"] == f"{job.name}_0"
        loaded = client.jobs.get(job.name).early_termination
        assert (loaded.type, loaded.evaluation_interval) == (policy.type, policy.evaluation_interval)
    print("ok policies")


def failures() -> None:
    sweep = trial("exit ${{inputs.code}}", code=Choice([0, 3])).sweep(
        primary_metric="none", goal="Maximize", sampling_algorithm="grid", max_total_trials=2
    )
    some = wait(submit(sweep).name)
    assert some.status == "Completed" and [one.status for one in trials_of(some.name)] == ["Completed", "Failed"]
    sweep = trial("exit ${{inputs.code}}", code=Choice([3, 4])).sweep(
        primary_metric="none", goal="Maximize", sampling_algorithm="grid", max_total_trials=2
    )
    none = submit(sweep)
    assert wait(none.name).status == "Failed"
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            client.jobs.stream(none.name)
        raise AssertionError("A failed sweep streams as if it were fine.")
    except JobException as error:
        assert "All 2 trials failed" in str(error) and f"{none.name}_1" in str(error), error
    print("ok failures")


def missing_metric() -> None:
    sweep = trial("python once.py ${{inputs.x}} ${{outputs.out}}", x=Uniform(0, 1)).sweep(
        primary_metric="los", goal="Minimize", sampling_algorithm="random", max_total_trials=2
    )
    job = wait(submit(sweep).name)
    assert job.status == "Completed" and "best_child_run_id" not in job.properties
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        client.jobs.stream(job.name)
    assert "without logging the primary metric 'los'" in shown.getvalue(), shown.getvalue()
    assert "Did you mean 'loss'?" in shown.getvalue()
    print("ok missing metric")


def cancel() -> None:
    sweep = trial("sleep ${{inputs.seconds}}", seconds=Choice([600, 601, 602])).sweep(
        primary_metric="none", goal="Maximize", sampling_algorithm="grid", max_total_trials=3
    )
    job = submit(sweep)
    while not any(one.status == "Running" for one in trials_of(job.name)):
        time.sleep(0.1)
    client.jobs.begin_cancel(job.name).wait()
    assert wait(job.name).status == "Canceled"
    assert {one.status for one in trials_of(job.name)} == {"Canceled"}
    print("ok cancel")


def refusals() -> None:
    sweep = trial("python once.py ${{inputs.x}}", x=Uniform(1, 0)).sweep(
        primary_metric="", goal="Maximize", sampling_algorithm="grid", max_total_trials=2
    )
    sweep.trial.command += " ${{search_space.y}}"
    sweep.early_termination = BanditPolicy(slack_factor=-1)
    try:
        submit(sweep, compute="nowhere")
        raise AssertionError("The sweep was accepted.")
    except (HttpResponseError, JobException) as error:
        text = str(error)
    for part in ("above its 'max_value'", "primary metric", "slack factor", "nowhere"):
        assert part in text, (part, text)
    print("ok refusals")


def from_yaml() -> None:
    path = folder / "sweep.yml"
    path.write_text(
        """
type: sweep
trial:
  command: python once.py ${{search_space.x}} ${{outputs.out}}
  code: source
  environment: azureml:plain:1
outputs:
  out:
    type: uri_folder
sampling_algorithm: bayesian
search_space:
  x:
    type: uniform
    min_value: 0.1
    max_value: 0.5
objective:
  goal: minimize
  primary_metric: loss
limits:
  max_total_trials: 3
  max_concurrent_trials: 1
  timeout: 3600
  trial_timeout: 600
"""
    )
    job = client.jobs.create_or_update(load_job(path))
    done = wait(job.name)
    assert done.status == "Completed", done.status
    assert (done.limits.max_total_trials, done.limits.trial_timeout) == (3, 600)
    assert all(0.1 <= drawn["x"] <= 0.5 for drawn in parameters_of(job.name))
    print("ok yaml")


prepare()
steps = [best_trial, samplers, policies, failures, missing_metric, cancel, refusals, from_yaml]
wanted = sys.argv[1:]
for step in steps:
    if not wanted or step.__name__ in wanted:
        step()
