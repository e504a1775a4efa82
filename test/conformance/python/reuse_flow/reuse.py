"""Drives reuse of pipeline steps with azure-ai-ml and azure-storage-blob alone.

Each step prints `ok <name>` once what it asserts holds; the last line is JSON with names of jobs for what comes after.
"""

import json
import os
import tempfile
import time
from pathlib import Path

from azure.ai.ml import Input, MLClient, Output, command, dsl
from azure.ai.ml.entities import Environment
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient
from mlflow.tracking import MlflowClient

ENDED = ("Completed", "Failed", "Canceled")
WAIT_SECONDS_MAX = 300
STORE = "azureml://datastores/workspaceblobstore/paths"

credential = DefaultAzureCredential()
client = MLClient(credential, os.environ["AZURE_SUBSCRIPTION_ID"], "lazuli", "main")
folder = Path(tempfile.mkdtemp(prefix="lazuli-reuse-"))
store = client.datastores.get("workspaceblobstore")
blobs = BlobServiceClient(f"https://{store.account_name}.blob.{store.endpoint}", credential=credential)
container = blobs.get_container_client(store.container_name)
names: dict[str, str] = {}


def write(path: str, text: str) -> None:
    container.upload_blob(path, text, overwrite=True)


def wait(name: str):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < deadline:
        job = client.jobs.get(name)
        if job.status in ENDED:
            return job
        time.sleep(0.05)
    raise TimeoutError(f"Job '{name}' did not end.")


def component(name: str, line: str, inputs: dict, **more):
    return command(
        name=name,
        command=line,
        inputs=inputs,
        outputs={"out": Output(type="uri_folder")},
        environment="azureml:plain:1",
        **more,
    ).component


def steps_of(name: str) -> dict[str, object]:
    """Child jobs by node."""
    found = [client.jobs.get(child.name) for child in client.jobs.list(parent_job_name=name)]
    return {job.properties["azureml.nodeid"]: job for job in found}


def reused_in(name: str) -> dict[str, bool]:
    return {node: job.properties.get("azureml.isreused") == "true" for node, job in steps_of(name).items()}


def submit(label: str, factor: int = 2, force: bool = False, code: Path | None = None):
    """`join` reads the folder, `scale` what `join` made, `side` another file; `clock` is never the same."""
    join = component("join", "cat ${{inputs.raw}}/*.txt > ${{outputs.out}}/all.txt", {"raw": Input(type="uri_folder")})
    scale = component(
        "scale",
        "sh scale.sh ${{inputs.data}}/all.txt ${{inputs.factor}} > ${{outputs.out}}/scaled.txt; cat ${{outputs.out}}/*",
        {"data": Input(type="uri_folder"), "factor": Input(type="integer")},
        code=str(code or folder / "src"),
    )
    side = component("side", "cp ${{inputs.other}} ${{outputs.out}}/copy.txt", {"other": Input(type="uri_file")})
    clock = component("clock", "date > ${{outputs.out}}/now.txt", {}, is_deterministic=False)

    @dsl.pipeline(name=label, default_compute="serverless", force_rerun=force)
    def flow(raw, other):
        join_node = join(raw=raw)
        join_node.name = "join"
        scale_node = scale(data=join_node.outputs.out, factor=factor)
        scale_node.name = "scale"
        side_node = side(other=other)
        side_node.name = "side"
        clock_node = clock()
        clock_node.name = "clock"

    job = flow(
        raw=Input(type="uri_folder", path=f"{STORE}/reuse/raw/"),
        other=Input(type="uri_file", path=f"{STORE}/reuse/other.txt"),
    )
    submitted = client.jobs.create_or_update(job, experiment_name="reuse")
    ended = wait(submitted.name)
    assert ended.status == "Completed", ended.status
    names[label] = submitted.name
    return submitted.name


def prepare() -> None:
    client.environments.create_or_update(Environment(name="plain", version="1", image="python:3.11"))
    source = folder / "src"
    source.mkdir()
    (source / "scale.sh").write_text("echo scaled $2\ncat $1\n")
    write("reuse/raw/a.txt", "a\n")
    write("reuse/raw/b.txt", "b\n")
    write("reuse/other.txt", "o\n")


def first() -> None:
    name = submit("first")
    assert not any(reused_in(name).values()), reused_in(name)
    MlflowClient().log_metric(steps_of(name)["scale"].name, "score", 0.5)
    print("ok first")


def again() -> None:
    name = submit("again")
    assert reused_in(name) == {"join": True, "scale": True, "side": True, "clock": False}, reused_in(name)
    step = steps_of(name)["scale"]
    original = steps_of(names["first"])["scale"]
    assert step.status == "Completed"
    assert step.properties["azureml.reusedrunid"] == original.name
    print("ok again")


def download() -> None:
    step = steps_of(names["again"])["scale"]
    files = client.jobs._runs_operations.get_run_details(step.name).log_files
    assert "user_logs/std_log.txt" in files, "the logs of a reused step are those of the original"
    place = folder / "download"
    client.jobs.download(step.name, download_path=place, all=True)
    texts = {path.name: path.read_text() for path in place.rglob("*.txt")}
    assert texts["scaled.txt"] == "scaled 2\na\nb\n", texts
    assert "scaled 2" in texts["std_log.txt"], texts
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while MlflowClient().get_run(step.name).data.metrics != {"score": 0.5}:
        assert time.monotonic() < deadline, "the run of the reused step has the metrics of the original"
        time.sleep(0.1)
    print("ok download")


def in_place() -> None:
    write("reuse/raw/b.txt", "B\n")
    name = submit("changed")
    assert reused_in(name) == {"join": False, "scale": False, "side": True, "clock": False}, reused_in(name)
    write("reuse/raw/b.txt", "b\n")
    name = submit("restored")
    assert reused_in(name) == {"join": True, "scale": True, "side": True, "clock": False}, reused_in(name)
    print("ok in place")


def equal_output() -> None:
    """A step that ran again and made the same does not make those after it run."""
    write("reuse/raw/c.txt", "")
    name = submit("equal")
    assert reused_in(name) == {"join": False, "scale": True, "side": True, "clock": False}, reused_in(name)
    container.delete_blob("reuse/raw/c.txt")
    print("ok equal output")


def parameter() -> None:
    name = submit("parameter", factor=3)
    assert reused_in(name) == {"join": True, "scale": False, "side": True, "clock": False}, reused_in(name)
    MlflowClient().log_metric(steps_of(name)["scale"].name, "score", 0.75)
    print("ok parameter")


def code() -> None:
    source = folder / "src2"
    source.mkdir()
    (source / "scale.sh").write_text("echo Scaled $2\ncat $1\n")
    name = submit("code", code=source)
    assert reused_in(name) == {"join": True, "scale": False, "side": True, "clock": False}, reused_in(name)
    print("ok code")


def forced() -> None:
    name = submit("forced", force=True)
    assert not any(reused_in(name).values()), reused_in(name)
    print("ok forced")


def gone() -> None:
    """Neither an output that was changed nor a job that was deleted stands for anything."""
    write("reuse/other.txt", "p\n")
    name = submit("before-gone")
    side = steps_of(name)["side"]
    assert side.properties.get("azureml.isreused") != "true"
    write(f"azureml/{side.name}/out/copy.txt", "spoilt\n")
    name = submit("gone")
    assert reused_in(name)["side"] is False
    again_name = submit("after-gone")
    assert reused_in(again_name)["side"] is True
    assert steps_of(again_name)["side"].properties["azureml.reusedrunid"] == steps_of(name)["side"].name
    print("ok gone")


def words() -> None:
    name = names["first"]
    client.jobs.archive(name)
    assert name not in [job.name for job in client.jobs.list()]
    client.jobs.restore(name)
    assert name in [job.name for job in client.jobs.list()]
    job = client.jobs.get(name)
    job.tags["kept"] = "yes"
    job.display_name = "The first"
    client.jobs.create_or_update(job)
    changed = client.jobs.get(name)
    assert (changed.tags["kept"], changed.display_name, changed.status) == ("yes", "The first", "Completed")
    print("ok words")


def failing() -> None:
    """Fails until `go.txt` is there; what it does before is not deterministic."""
    clock = component("clock", "date +%N > ${{outputs.out}}/now.txt", {}, is_deterministic=False)
    gate = component(
        "gate",
        "cat ${{inputs.raw}}/go.txt ${{inputs.now}}/now.txt > ${{outputs.out}}/now.txt",
        {"raw": Input(type="uri_folder"), "now": Input(type="uri_folder")},
    )

    @dsl.pipeline(name="failing", default_compute="serverless")
    def flow(raw):
        clock_node = clock()
        clock_node.name = "clock"
        gate_node = gate(raw=raw, now=clock_node.outputs.out)
        gate_node.name = "gate"
        last_node = gate(raw=raw, now=gate_node.outputs.out)
        last_node.name = "last"

    write("reuse/gate/some.txt", "s\n")
    job = client.jobs.create_or_update(flow(raw=Input(type="uri_folder", path=f"{STORE}/reuse/gate/")))
    assert wait(job.name).status == "Failed"
    names["failing"] = job.name
    write("reuse/gate/go.txt", "go\n")
    print("ok failing")


prepare()
for step in (first, again, download, in_place, equal_output, parameter, code, forced, gone, words, failing):
    step()
print(json.dumps(names))
