"""Drives command jobs, computes and environments of a server with azure-ai-ml alone.

Each step prints `ok <name>` once what it asserts holds. Variables of `lazuli env` say where the server is.
"""

import contextlib
import io
import os
import tempfile
import time
from pathlib import Path

from azure.ai.ml import Input, MLClient, Output, command
from azure.ai.ml.entities import AmlCompute, ComputeInstance, Data, Environment
from azure.ai.ml.exceptions import JobException
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential

ENDED = ("Completed", "Failed", "Canceled")
WAIT_SECONDS_MAX = 300

client = MLClient(DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"], "lazuli", "main")
folder = Path(tempfile.mkdtemp(prefix="lazuli-jobs-"))


def submit(line: str, **more):
    return client.jobs.create_or_update(
        command(**{"command": line, "environment": "azureml:plain:1", "compute": "cpu-cluster", **more})
    )


def wait(name: str):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < deadline:
        job = client.jobs.get(name)
        if job.status in ENDED:
            return job
        time.sleep(0.1)
    raise TimeoutError(f"Job '{name}' did not end.")


def refusal(**more) -> str:
    try:
        submit(**{"line": "true", **more})
    except HttpResponseError as error:
        return str(error)
    raise AssertionError("The job was accepted.")


def environments() -> None:
    made = client.environments.create_or_update(Environment(name="plain", version="1", image="python:3.11"))
    assert made.version == "1"
    again = client.environments.create_or_update(Environment(name="plain", image="python:3.11"))
    assert again.version == "1", "the same content keeps its version"
    other = client.environments.create_or_update(Environment(name="plain", image="python:3.10"))
    assert other.version == "2", "other content takes the next version"
    assert client.environments.get("plain", label="latest").version == "2"
    curated = client.environments.get("AzureML-sklearn-1.5", label="latest")
    assert "scikit-learn" in str(curated.conda_file)
    assert client.environments.get("sklearn-1.5", version=curated.version).version == curated.version
    print("ok environments")


def computes() -> None:
    pool = client.compute.begin_create_or_update(
        AmlCompute(name="pool", size="STANDARD_DS3_V2", min_instances=0, max_instances=2)
    ).result()
    assert (pool.max_instances, pool.provisioning_state) == (2, "Succeeded")
    instance = client.compute.begin_create_or_update(ComputeInstance(name="desk", size="STANDARD_DS3_V2")).result()
    assert instance.state == "Running"
    client.compute.begin_stop("desk").wait()
    assert client.compute.get("desk").state == "Stopped"
    waiting = submit("true", compute="desk")
    time.sleep(0.5)
    assert client.jobs.get(waiting.name).status == "Queued"
    client.compute.begin_start("desk").wait()
    assert wait(waiting.name).status == "Completed"
    assert {"pool", "desk"} <= {compute.name for compute in client.compute.list()}
    assert list(client.compute.list_sizes())
    assert list(client.compute.list_usage())
    client.compute.begin_delete("desk").wait()
    print("ok computes")


def whole_job() -> None:
    source = folder / "source"
    source.mkdir()
    (source / "work.py").write_text(
        "import os, pathlib, sys\n"
        "table, folder, epochs, out = sys.argv[1:5]\n"
        "print('table', pathlib.Path(table).read_text().strip())\n"
        "print('files', sorted(path.name for path in pathlib.Path(folder).iterdir()))\n"
        "print('epochs', epochs, flush=True)\n"
        "pathlib.Path(out, 'result.txt').write_text(os.environ['AZUREML_RUN_ID'])\n"
        "os.makedirs('outputs', exist_ok=True)\n"
        "pathlib.Path('outputs', 'world.txt').write_text('hello')\n"
    )
    data = folder / "data"
    data.mkdir()
    (data / "a.csv").write_text("1,2\n")
    (data / "b.csv").write_text("3,4\n")
    asset = client.data.create_or_update(Data(name="numbers", path=str(data), type="uri_folder"))
    job = submit(
        "python work.py ${{inputs.table}} ${{inputs.folder}} ${{inputs.epochs}} ${{outputs.out}}",
        code=str(source),
        inputs={
            "table": Input(type="uri_file", path=str(data / "a.csv")),
            "folder": Input(type="uri_folder", path=f"azureml:numbers:{asset.version}", mode="download"),
            "epochs": 3,
        },
        outputs={"out": Output(type="uri_folder", name="results")},
        experiment_name="jobs",
        display_name="the whole job",
    )
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        client.jobs.stream(job.name)
    print("ok stream")
    done = wait(job.name)
    assert (done.status, done.experiment_name, done.display_name) == ("Completed", "jobs", "the whole job")
    client.jobs.download(job.name, download_path=folder / "all", all=True)
    log = (folder / "all" / "artifacts" / "user_logs" / "std_log.txt").read_text()
    assert log == "table 1,2\nfiles ['a.csv', 'b.csv']\nepochs 3\n", log
    assert (folder / "all" / "artifacts" / "outputs" / "world.txt").read_text() == "hello"
    assert (folder / "all" / "named-outputs" / "out" / "result.txt").read_text() == job.name
    client.jobs.download(job.name, download_path=folder / "one", output_name="out")
    assert (folder / "one" / "named-outputs" / "out" / "result.txt").read_text() == job.name
    print("ok download")
    registered = client.data.get("results", label="latest")
    assert f"azureml/{job.name}/out" in registered.path
    chained = submit(
        "cat ${{inputs.before}}/result.txt ${{inputs.world}}",
        inputs={
            "before": Input(type="uri_folder", path=f"azureml:results:{registered.version}"),
            "world": Input(type="uri_file", path=f"azureml://jobs/{job.name}/outputs/artifacts/paths/outputs/world.txt"),
        },
    )
    assert wait(chained.name).status == "Completed"
    print("ok chained")


def bad_ends() -> None:
    failing = submit("echo before && python -c 'raise ValueError(42)'")
    try:
        client.jobs.stream(failing.name)
        raise AssertionError("A failed job streams without an error.")
    except JobException as error:
        assert "ValueError: 42" in str(error) and "Exit code: 1" in str(error) and "before" in str(error)
    print("ok failing")
    long = submit("sleep 300 & sleep 300")
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while client.jobs.get(long.name).status != "Running" and time.monotonic() < deadline:
        time.sleep(0.1)
    client.jobs.begin_cancel(long.name).wait()
    assert wait(long.name).status == "Canceled"
    print("ok cancel")
    slow = command(command="sleep 300", environment="azureml:plain:1", compute="cpu-cluster")
    slow.set_limits(timeout=1)
    assert wait(client.jobs.create_or_update(slow).name).status == "Failed"
    print("ok timeout")


def refusals() -> None:
    assert "Compute 'none' does not exist" in refusal(compute="none")
    assert "Environment 'none' version '3' does not exist" in refusal(environment="azureml:none:3")
    data = Input(type="uri_file", path="azureml:none:7")
    assert "Data 'none' version '7' does not exist" in refusal(inputs={"data": data})
    assert "needs 99 nodes at once" in refusal(instance_count=99)
    print("ok refusals")


def words() -> None:
    for compute in ("serverless", "local", None):
        assert wait(submit("true", compute=compute).name).status == "Completed"
    job = client.jobs.get(submit("true").name)
    job.display_name = "renamed"
    job.tags = {"color": "blue"}
    changed = client.jobs.create_or_update(job)
    assert (changed.display_name, changed.tags["color"]) == ("renamed", "blue")
    client.jobs.archive(job.name)
    assert job.name in [one.name for one in client.jobs.list(list_view_type="ArchivedOnly")]
    assert job.name not in [one.name for one in client.jobs.list()]
    client.jobs.restore(job.name)
    assert job.name in [one.name for one in client.jobs.list()]
    assert not client.jobs.show_services(job.name)
    print("ok words")


environments()
computes()
whole_job()
bad_ends()
refusals()
words()
