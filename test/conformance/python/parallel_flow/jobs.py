"""Drives parallel steps of pipelines with azure-ai-ml alone: YAML, `parallel_run_function` and registered components.

Each step prints `ok <name>` once what it asserts holds. Variables of `lazuli env` say where the server is.
"""

import contextlib
import io
import json
import os
import tempfile
import urllib.request
from pathlib import Path

from azure.ai.ml import Input, MLClient, Output, load_component, load_job
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import Environment
from azure.ai.ml.exceptions import JobException
from azure.ai.ml.parallel import RunFunction, parallel_run_function
from azure.identity import DefaultAzureCredential

client = MLClient(DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"], "lazuli", "main")
folder = Path(tempfile.mkdtemp(prefix="lazuli-parallel-"))
SCRIPT = """
import argparse, os

def init():
    global args
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--tag")
    parser.add_argument("--seen")
    args, _ = parser.parse_known_args()
    print("init with", args.tag)

def run(mini_batch, mini_batch_context):
    names = [os.path.basename(path) for path in mini_batch]
    if os.environ.get("REFUSED") in names and os.path.exists(os.environ.get("REFUSES", ".")):
        raise ValueError("refused " + os.environ["REFUSED"])
    if args.seen:
        key = "-".join(mini_batch_context.partition_key_value.values())
        with open(os.path.join(args.seen, key + ".txt"), "w") as file:
            file.write(str(len(names)))
    return ["%s %s" % (args.tag, name) for name in names]
"""
COMPONENT = """
$schema: https://azuremlschemas.azureedge.net/latest/parallelComponent.schema.json
type: parallel
name: score_files
version: "1"
inputs:
  files: {type: uri_folder}
  tag: {type: string, default: plain}
outputs:
  rows: {type: uri_file}
input_data: ${{inputs.files}}
mini_batch_size: "2"
mini_batch_error_threshold: 0
retry_settings: {max_retries: 1, timeout: 30}
task:
  type: run_function
  code: ./script
  entry_script: score.py
  program_arguments: --tag ${{inputs.tag}}
  append_row_to: ${{outputs.rows}}
  environment: azureml:plain:1
"""
PIPELINE = """
$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
display_name: score files
settings: {default_compute: azureml:cpu-cluster}
inputs:
  tag: from yaml
jobs:
  score:
    type: parallel
    inputs:
      files: {type: uri_folder, path: ./files}
      tag: ${{parent.inputs.tag}}
    outputs:
      rows:
        type: uri_file
        path: azureml://datastores/${{default_datastore}}/paths/${{name}}/aggregated_returns.csv
        mode: rw_mount
    input_data: ${{inputs.files}}
    mini_batch_size: "3"
    resources: {instance_count: 2}
    max_concurrency_per_instance: 2
    logging_level: DEBUG
    error_threshold: 0
    mini_batch_error_threshold: 0
    retry_settings: {max_retries: 2, timeout: 60}
    task:
      type: run_function
      code: ./script
      entry_script: score.py
      environment: azureml:plain:1
      program_arguments: >-
        --tag '${{inputs.tag}}'
        --allowed_failed_percent 30
        --task_overhead_timeout 1200
        --resource_monitor_interva 20
      append_row_to: ${{outputs.rows}}
"""


def write_files() -> None:
    for number in range(8):
        path = folder / "files" / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(str(number))
        parted = folder / "parted" / f"store={number % 2}" / f"brand={number % 4 // 2}" / f"{number}.txt"
        parted.parent.mkdir(parents=True, exist_ok=True)
        parted.write_text(str(number))
    (folder / "script").mkdir()
    (folder / "script" / "score.py").write_text(SCRIPT)
    (folder / "pipeline.yml").write_text(PIPELINE)
    (folder / "component.yml").write_text(COMPONENT)
    client.environments.create_or_update(Environment(name="plain", version="1", image="python:3.11"))


def stream(name: str) -> str:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        client.jobs.stream(name)
    return text.getvalue()


def child_of(name: str, step: str):
    [child] = [job for job in client.jobs.list(parent_job_name=name) if job.display_name == step]
    return child


def fetch(name: str) -> Path:
    target = folder / "down" / name
    client.jobs.download(name, all=True, download_path=str(target))
    return target


def resume(name: str) -> str:
    """Azure has no such request, and so the SDK has none."""
    arm = os.environ["LAZULI_URL"].rstrip("/")
    token = DefaultAzureCredential().get_token(f"{arm}/.default").token
    workspace = client.workspaces.get("main").id
    request = urllib.request.Request(
        f"{arm}{workspace}/jobs/{name}/resume?api-version=2024-01-01-preview",
        method="POST",
        data=b"{}",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["name"]


def by_yaml() -> None:
    made = client.jobs.create_or_update(load_job(folder / "pipeline.yml"))
    stream(made.name)
    child = child_of(made.name, "score")
    got = client.jobs.get(child.name)
    assert (got.status, got.properties["lazuli.jobType"]) == ("Completed", "Parallel"), got
    assert "3 succeeded" in (fetch(child.name) / "artifacts" / "logs" / "job_result.txt").read_text()
    files = fetch(child.name)
    [rows] = (files / "named-outputs" / "rows").iterdir()
    assert rows.name == "aggregated_returns.csv", rows
    assert rows.read_text() == "".join(f"from yaml {number}.txt\n" for number in range(8)), rows.read_text()
    report = files / "artifacts" / "logs" / "sys" / "job_report" / "mini_batches.json"
    table = json.loads(report.read_text())["miniBatches"]
    assert [(row["status"], row["items"], row["retries"]) for row in table] == [
        ("Succeeded", 3, 0),
        ("Succeeded", 3, 0),
        ("Succeeded", 2, 0),
    ], table
    print("ok yaml")


def by_keys() -> None:
    score = parallel_run_function(
        name="score_parts",
        inputs={"files": Input(type="uri_folder")},
        outputs={"seen": Output(type="uri_folder", mode="rw_mount")},
        input_data="${{inputs.files}}",
        partition_keys=["store", "brand"],
        max_concurrency_per_instance=2,
        error_threshold=-1,
        retry_settings={"max_retries": 1, "timeout": 60},
        task=RunFunction(
            code=str(folder / "script"),
            entry_script="score.py",
            environment="plain:1",
            program_arguments="--tag x --seen ${{outputs.seen}}",
        ),
    )

    @pipeline(default_compute="cpu-cluster")
    def parts():
        score(files=Input(type="uri_folder", path=str(folder / "parted")))

    made = client.jobs.create_or_update(parts())
    stream(made.name)
    seen = fetch(child_of(made.name, "score_parts").name) / "named-outputs" / "seen"
    counts = {path.stem: path.read_text() for path in seen.iterdir()}
    assert counts == {"0-0": "2", "0-1": "2", "1-0": "2", "1-1": "2"}, counts
    print("ok keys")


def by_component() -> None:
    registered = client.components.create_or_update(load_component(folder / "component.yml"))
    assert (registered.type, registered.version) == ("parallel", "1")
    score = client.components.get("score_files", "1")

    @pipeline(default_compute="cpu-cluster")
    def scoring(refused: str):
        step = score(files=Input(type="uri_folder", path=str(folder / "files")), tag="by component")
        step.environment_variables = {"REFUSED": refused}
        step.mini_batch_error_threshold = 1

    good = client.jobs.create_or_update(scoring(refused="5.txt"))
    stream(good.name)
    [rows] = (fetch(child_of(good.name, "step").name) / "named-outputs" / "rows").iterdir()
    kept = [line.split()[-1] for line in rows.read_text().splitlines()]
    assert kept == ["0.txt", "1.txt", "2.txt", "3.txt", "6.txt", "7.txt"], kept
    print("ok component")


def failing() -> None:
    marker = folder / "refuses"
    marker.touch()
    variables = f"environment_variables: {{REFUSED: 4.txt, REFUSES: '{marker}'}}"
    text = PIPELINE.replace("logging_level: DEBUG", variables)
    (folder / "failing.yml").write_text(text.replace("max_retries: 2", "max_retries: 1"))
    made = client.jobs.create_or_update(load_job(folder / "failing.yml"))
    try:
        stream(made.name)
        raise AssertionError("The pipeline did not fail.")
    except JobException as error:
        assert "refused 4.txt" in str(error), error
    files = fetch(child_of(made.name, "score").name) / "artifacts" / "logs"
    table = json.loads((files / "sys" / "job_report" / "mini_batches.json").read_text())["miniBatches"]
    [failed] = [row for row in table if row["status"] == "Failed"]
    assert failed["retries"] == 1 and "ValueError: refused 4.txt" in failed["error"], failed
    assert "more than mini_batch_error_threshold 0" in (files / "job_result.txt").read_text()
    print("ok failing")
    marker.unlink()
    resumed = resume(made.name)
    stream(resumed)
    files = fetch(child_of(resumed, "score").name)
    table = json.loads((files / "artifacts" / "logs" / "sys" / "job_report" / "mini_batches.json").read_text())["miniBatches"]
    assert [row["resumed"] for row in table] == [True, False, True], table
    [rows] = (files / "named-outputs" / "rows").iterdir()
    assert rows.read_text() == "".join(f"from yaml {number}.txt\n" for number in range(8)), rows.read_text()
    print("ok resuming")


write_files()
by_yaml()
by_keys()
by_component()
failing()
