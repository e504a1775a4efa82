"""Drives pipelines of a server with azure-ai-ml, from YAML and from dsl.

Each step prints `ok <name>` once what it asserts holds. Variables of `lazuli env` say where the server is.
"""

import contextlib
import io
import os
import sys
import tempfile
import time
from pathlib import Path

# Loops and data transfers are behind this switch in the SDK.
os.environ["AZURE_ML_CLI_PRIVATE_FEATURES_ENABLED"] = "True"

from azure.ai.ml import Input, MLClient, Output, load_component, load_job
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.dsl._condition import condition
from azure.ai.ml.dsl._do_while import do_while
from azure.ai.ml.dsl._parallel_for import parallel_for
from azure.ai.ml.entities import AmlCompute, PipelineJob
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
COMPONENTS = HERE / "components"
ENDED = ("Completed", "Failed", "Canceled")
WAIT_SECONDS_MAX = 400

client = MLClient(DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"], "lazuli", "main")


def component(name):
    return load_component(source=str(COMPONENTS / f"{name}.yml"))


def wait(name):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < deadline:
        job = client.jobs.get(name)
        if job.status in ENDED:
            return job
        time.sleep(0.1)
    raise TimeoutError(f"Job '{name}' did not end.")


def submit(job):
    return client.jobs.create_or_update(job, experiment_name="pipelines")


def complete(job):
    ended = wait(submit(job).name)
    if ended.status != "Completed":
        with contextlib.suppress(Exception):
            client.jobs.stream(ended.name)
    assert ended.status == "Completed", (ended.name, ended.status)
    return ended


def steps(job):
    """Statuses of the steps' jobs by node, loops with their rounds."""
    return {child.properties["azureml.nodeid"]: child for child in client.jobs.list(parent_job_name=job.name)}


def read(job, output):
    folder = tempfile.mkdtemp()
    client.jobs.download(job.name, download_path=folder, output_name=output)
    return {path.name: path.read_text() for path in Path(folder).rglob("*") if path.is_file()}


def from_file():
    submitted = client.jobs.create_or_update(load_job(str(HERE / "pipeline.yml")))
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        client.jobs.stream(submitted.name)
    job = wait(submitted.name)
    assert job.status == "Completed", job.status
    assert "Execution Summary" in shown.getvalue(), shown.getvalue()
    assert job.outputs["said"].path.endswith(f"paths/{job.name}/said.txt"), job.outputs["said"].path
    assert read(job, "said") == {"said.txt": "hello world\n"}
    folder = tempfile.mkdtemp()
    client.jobs.download(job.name, download_path=folder, all=True)
    names = {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}
    assert "named-outputs/said/said.txt" in names, names
    log = Path(folder, "artifacts", "logs", "azureml", "executionlogs.txt").read_text()
    assert all(f"Submitting run, {name}:" in log for name in ("say", "keep", "look")), log
    assert sorted(steps(job)) == ["keep", "look", "say"]
    print("ok from file")


def children(job):
    for node, child in steps(job).items():
        one = client.jobs.get(child.name)
        assert one.status == "Completed" and one.display_name == node, (node, one.status, one.display_name)
        assert client.jobs.get(one.name).type == "command"
    assert all(listed.name != child.name for child in steps(job).values() for listed in client.jobs.list())
    print("ok children")


def registered_and_nested():
    add = client.components.create_or_update(component("add"))
    inner = client.components.create_or_update(component("inner"))
    latest = client.components.get("add", label="latest")
    assert latest.version == add.version and client.components.get("add").version == add.version

    @pipeline(default_compute="cpu-cluster")
    def sums(start: int, where: str):
        one = add(left=start)
        both = client.components.get(inner.name, version=inner.version)(start=one.outputs.sum, compute=where)
        both.outputs.report.mode = "rw_mount"
        return {"report": both.outputs.report}

    job = sums(start=40, where="cpu-cluster")
    job.outputs.report = Output(type="uri_folder", name="sums", version="7")
    ended = complete(job)
    assert read(ended, "report") == {"report.txt": "42 1 plain note after the first\n"}, read(ended, "report")
    asset = client.data.get("sums", version="7")
    assert asset.path.rstrip("/").endswith("/report"), asset.path
    alone = complete(PipelineJob(component=f"azureml:{inner.name}:{inner.version}", inputs={"start": 5, "compute": "cpu-cluster"}))
    assert read(alone, "report") == {"report.txt": "6 1 plain note after the first\n"}, read(alone, "report")
    nested = steps(ended)["both"]
    assert client.jobs.get(nested.name).type == "pipeline"
    assert sorted(steps(nested)) == ["first", "second"]
    print("ok nested")


def decisions():
    add, say = component("add"), component("say")

    @pipeline(default_compute="cpu-cluster")
    def decide(left: int):
        test = add(left=left)
        yes = say(text="small")
        no = say(text="large")
        condition(condition=test.outputs.is_small, true_block=yes, false_block=no)

    assert sorted(steps(complete(decide(left=1)))) == ["test", "yes"]
    assert sorted(steps(complete(decide(left=5)))) == ["no", "test"]
    print("ok if else")

    from mldesigner.dsl import condition_output

    @pipeline(default_compute="cpu-cluster")
    def pick(left: int):
        test = add(left=left)
        small = say(text="small")
        large = say(text="large")
        condition(condition=test.outputs.is_small, true_block=small, false_block=large)
        picked = condition_output(
            condition=test.outputs.is_small, input_a=small.outputs.said, input_b=large.outputs.said
        )
        component("cat")(folder=picked.outputs.output)

    assert sorted(steps(complete(pick(left=5)))) == ["cat", "large", "test"]
    print("ok choice")


def loops():
    add, say, collect = component("add"), component("say"), component("collect")

    @pipeline(default_compute="cpu-cluster")
    def repeat():
        body = add(left=0)
        do_while(
            body=body,
            condition=body.outputs.is_small,
            mapping={body.outputs.sum: body.inputs.left},
            max_iteration_count=10,
        )
        after = say(text="x")
        after.inputs.text = body.outputs.sum
        return {"said": after.outputs.said}

    ended = complete(repeat())
    assert sorted(steps(ended)) == ["after", "body#0", "body#1", "body#2"], sorted(steps(ended))
    assert read(ended, "said") == {"said.txt": "3\n"}
    print("ok do while")

    @pipeline(default_compute="cpu-cluster")
    def each():
        body = say(text="x")
        fixed = parallel_for(body=body, items=[{"text": "one"}, {"text": "two"}])
        collect(table=fixed.outputs.said)
        items = component("list")()
        other = say(text="y")
        parallel_for(body=other, items=items.outputs.found)

    ended = complete(each())
    found = sorted(steps(ended))
    assert found == ["body#0", "body#1", "collect", "items", "other#0", "other#1"], found
    print("ok parallel for")


def python_functions():
    from double import double

    @pipeline(default_compute="cpu-cluster")
    def doubled(value: int):
        twice = double(value=value)
        # An expression is a step of its own, made by the SDK.
        say = component("say")(text="x")
        say.inputs.text = twice.outputs.output + value
        return {"said": say.outputs.said}

    ended = complete(doubled(value=7))
    assert read(ended, "said") == {"said.txt": "21\n"}, read(ended, "said")
    print("ok python functions")


def copies():
    ended = complete(load_job(str(HERE / "copy.yml")))
    assert read(ended, "merged") == {"said.txt": "first\n", "report.txt": "1 1 plain \n"}, read(ended, "merged")
    print("ok copies")


def refusals():
    add = component("add")

    @pipeline(default_compute="cpu-cluster")
    def wrong(limit: int):
        one = add(left=1, limit=limit, mode="quiet")
        add(left=one.outputs.sum)

    try:
        submit(wrong(limit=1000))
    except HttpResponseError as error:
        text = str(error)
        assert "2 problems" in text and "'plain', 'loud'" in text and "greatest value 100" in text, text
    else:
        raise AssertionError("It was taken.")
    print("ok refusals")


def failures():
    fail, say, add = component("fail"), component("say"), component("add")

    @pipeline(default_compute="cpu-cluster")
    def broken():
        bad = fail()
        slow = component("say")(text="slow")
        after = component("collect")(table=Input(type="mltable", path=bad.outputs.out))
        after.inputs.table = bad.outputs.out

    stopped = wait(submit(broken()).name)
    assert stopped.status == "Failed" and "after" not in steps(stopped), sorted(steps(stopped))
    try:
        client.jobs.stream(stopped.name)
    except Exception as error:
        assert "Step 'bad' failed" in str(error) and "no luck" in str(error), str(error)
    else:
        raise AssertionError("The failure was not told.")
    going_on = broken()
    going_on.settings.continue_on_step_failure = True
    going_on.settings.force_rerun = True
    ended = wait(submit(going_on).name)
    statuses = {name: child.status for name, child in steps(ended).items()}
    assert ended.status == "Failed" and statuses == {"bad": "Failed", "slow": "Completed"}, statuses
    print("ok failures")


def cancellation():
    from azure.ai.ml import command

    sleep = command(command="sleep 300", environment="azureml:plain:1")

    @pipeline(default_compute="cpu-cluster")
    def long():
        one = sleep()
        two = sleep()

    submitted = submit(long())
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any(child.status == "Running" for child in steps(submitted).values()):
        time.sleep(0.2)
    client.jobs.begin_cancel(submitted.name).result()
    assert wait(submitted.name).status == "Canceled"
    assert {child.status for child in steps(submitted).values()} == {"Canceled"}
    print("ok cancel")


def prepare():
    from azure.ai.ml.entities import Environment

    client.compute.begin_create_or_update(AmlCompute(name="cpu-cluster", min_instances=0, max_instances=2)).result()
    client.environments.create_or_update(Environment(name="plain", version="1", image="python"))


prepare()
from_file()
children(complete(load_job(str(HERE / "pipeline.yml"))))
registered_and_nested()
decisions()
loops()
refusals()
failures()
cancellation()
copies()
python_functions()
