"""Runs public Azure ML examples through Azure's own SDK, unmodified; one JSON line for each case on standard output.

    python run_cases.py CASES_JSON EXAMPLES_FOLDER [PATH_PART ...]

Cases whose path holds one of the parts are run; all without one. A line is {"path", "kind", "outcome", "seconds",
"detail"}; outcome is "passed", "failed" or "refused" (the client or the platform says that it does not do this).
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback

from azure.ai.ml import (
    MLClient,
    load_component,
    load_compute,
    load_data,
    load_datastore,
    load_environment,
    load_job,
    load_model,
    load_online_deployment,
    load_online_endpoint,
    load_batch_endpoint,
    load_batch_deployment,
    load_workspace,
    load_registry,
    load_workspace_connection,
)
from azure.ai.ml.entities import AmlCompute, ManagedOnlineEndpoint
from azure.ai.ml.entities._load_functions import load_schedule
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential

ENDED = {"Completed", "Failed", "Canceled"}
JOB_SECONDS_MAX = float(os.environ.get("LAZULI_EXAMPLE_SECONDS", "1500"))
POLL_SECONDS = 1.0
LOG_LINES = 12
CLUSTERS = ["cpu-cluster", "gpu-cluster", "batch-cluster", "cpu-cluster-lg", "gpu-v100-cluster", "automl-cpu-cluster"]


class Refused(Exception):
    """The platform says in words that it does not do this."""


def connect():
    return MLClient(
        DefaultAzureCredential(),
        subscription_id=os.environ["AZURE_SUBSCRIPTION_ID"],
        resource_group_name=os.environ.get("AZURE_RESOURCE_GROUP", "lazuli"),
        workspace_name=os.environ.get("AZURE_ML_WORKSPACE", "main"),
    )


def prepare(ml, folder):
    """What the examples take for granted: computes, and a file that names the workspace."""
    workspace = {
        "subscription_id": ml.subscription_id,
        "resource_group": ml.resource_group_name,
        "workspace_name": ml.workspace_name,
    }
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(workspace, file)
    for name in CLUSTERS:
        ml.compute.begin_create_or_update(AmlCompute(name=name, min_instances=0, max_instances=4)).result()


def wait(ml, name):
    deadline = time.monotonic() + JOB_SECONDS_MAX
    while time.monotonic() < deadline:
        job = ml.jobs.get(name)
        if job.status in ENDED:
            return job
        time.sleep(POLL_SECONDS)
    ml.jobs.begin_cancel(name)
    raise AssertionError(f"'{name}' is {job.status} after {JOB_SECONDS_MAX:.0f} s")


def children(ml, name):
    return list(ml.jobs.list(parent_job_name=name))


def tail(ml, name):
    with tempfile.TemporaryDirectory() as folder:
        try:
            ml.jobs.download(name, download_path=folder, all=False)
        except Exception as error:  # a job without files has none to show
            return f"(no logs: {error})"
        for root, _, files in os.walk(folder):
            for file in files:
                if file.startswith("std_log"):
                    with open(os.path.join(root, file), errors="replace") as log:
                        return "".join(log.readlines()[-LOG_LINES:])
    return "(no log)"


def read_log(ml, name):
    with tempfile.TemporaryDirectory() as folder:
        ml.jobs.download(name, download_path=folder, all=False)
        texts = []
        for root, _, files in os.walk(folder):
            texts += [open(os.path.join(root, file), errors="replace").read() for file in files if "std_log" in file]
        return "\n".join(texts)


def explain(ml, job):
    failed = [child for child in children(ml, job.name) if child.status == "Failed"]
    target = failed[0].name if failed else job.name
    return f"{job.status}; {len(failed)} failed steps; {getattr(failed[0], 'display_name', '') if failed else ''}: {tail(ml, target)}"


def run_job(ml, case, path):
    overrides = [{f"inputs.{name}.{key}": text} for name, value in case.get("inputs", {}).items() for key, text in value.items()]
    job = load_job(path, params_override=overrides)
    submitted = ml.jobs.create_or_update(job)
    ended = wait(ml, submitted.name)
    assert ended.status == "Completed", explain(ml, ended)
    golden = case.get("golden")
    if golden:
        step = next(child for child in children(ml, ended.name) if child.display_name == golden["step"])
        log = read_log(ml, step.name)
        assert re.search(golden["pattern"], log), f"'{golden['pattern']}' is not in the log of '{golden['step']}': {log[-400:]}"
    return f"{ended.name} {ended.status}"


def run_component(ml, case, path):
    component = load_component(path)
    # Several examples have components of one name and version; in one workspace each needs its own.
    made = ml.components.create_or_update(component, version=str(time.time_ns()))
    found = ml.components.get(made.name, made.version)
    assert found.type == component.type, (found.type, component.type)
    return f"{made.name}:{made.version}"


def run_schedule(ml, case, path):
    schedule = ml.schedules.begin_create_or_update(load_schedule(path)).result()
    if not case["runs"]:
        return schedule.name
    triggered = ml.schedules.trigger(schedule.name)
    ended = wait(ml, triggered.job_name)
    assert ended.status == "Completed", explain(ml, ended)
    ml.schedules.begin_disable(schedule.name).result()
    ml.schedules.begin_delete(schedule.name).result()
    return f"{triggered.job_name} {ended.status}"


def run_data(ml, case, path):
    made = ml.data.create_or_update(load_data(path))
    assert ml.data.get(made.name, made.version).path == made.path
    return made.path


def run_notebook(ml, case, path):
    before = {job.name for job in ml.jobs.list()}
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run_notebook.py")
    ran = subprocess.run(
        [sys.executable, script, path], capture_output=True, text=True, timeout=JOB_SECONDS_MAX, env=os.environ
    )
    made = [job.name for job in ml.jobs.list() if job.name not in before]
    ended = [wait(ml, name) for name in made]
    failed = [job for job in ended if job.status != "Completed"]
    assert not failed, explain(ml, failed[0])
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-1500:]
    assert made or not case["runs"], "the notebook made no job"
    return f"{len(made)} jobs completed"


def run_entity(load, operations, create="begin_create_or_update"):
    def run(ml, case, path):
        entity = load(path)
        owner = getattr(ml, operations)
        made = getattr(owner, create)(entity)
        if hasattr(made, "result"):
            made = made.result()
        version = getattr(made, "version", None)
        found = owner.get(made.name, version) if version else owner.get(made.name)
        assert found.name == made.name
        return made.name

    return run


def ensure_online_endpoint(ml, name):
    try:
        ml.online_endpoints.get(name)
    except HttpResponseError:
        ml.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=name)).result()


def run_online_deployment(ml, case, path):
    deployment = load_online_deployment(path)
    ensure_online_endpoint(ml, deployment.endpoint_name)
    made = ml.online_deployments.begin_create_or_update(deployment).result()
    if not case["runs"]:
        return made.name
    if "request" in case:
        request = os.path.join(os.environ["LAZULI_EXAMPLES"], case["request"])
        answer = ml.online_endpoints.invoke(deployment.endpoint_name, request_file=request, deployment_name=made.name)
        numbers = json.loads(answer)
        numbers = json.loads(numbers) if isinstance(numbers, str) else numbers
        check_numbers(numbers, case["answer"])
    return made.name


def check_numbers(actual, expected):
    if isinstance(expected, list):
        assert len(actual) == len(expected), (actual, expected)
        for one, other in zip(actual, expected):
            check_numbers(one, other)
    else:
        assert abs(actual - expected) < 1e-4 * max(1.0, abs(expected)), (actual, expected)


def run_feature(ml, case, path):
    raise Refused("feature stores come with a later issue")


RUNNERS = {
    "job": run_job,
    "notebook": run_notebook,
    "component": run_component,
    "schedule": run_schedule,
    "data": run_data,
    "environment": run_entity(load_environment, "environments", "create_or_update"),
    "model": run_entity(load_model, "models", "create_or_update"),
    "compute": run_entity(load_compute, "compute"),
    "datastore": run_entity(load_datastore, "datastores", "create_or_update"),
    "workspace": run_entity(load_workspace, "workspaces", "begin_create"),
    "connection": run_entity(load_workspace_connection, "connections", "create_or_update"),
    "registry": run_entity(load_registry, "registries", "begin_create"),
    "online-endpoint": run_entity(load_online_endpoint, "online_endpoints"),
    "online-deployment": run_online_deployment,
    "batch-endpoint": run_entity(load_batch_endpoint, "batch_endpoints"),
    "batch-deployment": run_entity(load_batch_deployment, "batch_deployments"),
}


def carry_out(ml, case, folder):
    path = os.path.join(folder, case["path"])
    runner = RUNNERS.get(case["kind"].split("/")[0], run_feature)
    # Some loaders of the SDK take local paths from the working directory, as a person in the example's folder would.
    os.chdir(os.path.dirname(path))
    if not case.get("isInvalid"):
        return runner(ml, case, path)
    try:
        runner(ml, case, path)
    except Exception as error:
        return f"refused as it should be: {first_line(error)}"
    raise AssertionError("accepted, although the example is wrong as it is shipped")


def first_line(error):
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:300]


def main():
    cases_file, folder, *parts = sys.argv[1:]
    with open(cases_file) as file:
        cases = json.load(file)["cases"]
    by_path = {case["path"]: case for case in cases}
    ml = connect()
    prepare(ml, folder)
    done = {}
    os.environ["LAZULI_EXAMPLES"] = folder

    def run(case):
        if case["path"] in done:
            return
        for earlier in case.get("after", []):
            run(by_path[earlier])
        started = time.monotonic()
        try:
            outcome, detail = "passed", carry_out(ml, case, folder)
        except Refused as error:
            outcome, detail = "refused", first_line(error)
        except Exception as error:
            is_refusal = "later release" in str(error) or "later issue" in str(error)
            outcome = "refused" if is_refusal else "failed"
            detail = first_line(error) if is_refusal else str(error)[-1500:] or traceback.format_exc()[-800:]
        seconds = round(time.monotonic() - started, 1)
        line = {"path": case["path"], "kind": case["kind"], "outcome": outcome, "seconds": seconds, "detail": detail}
        done[case["path"]] = line
        print(json.dumps(line), flush=True)

    for case in cases:
        if not parts or any(part in case["path"] or part in case["kind"] for part in parts):
            run(case)


main()
