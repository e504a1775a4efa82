"""Drives clusters and jobs of several nodes and processes of a server with azure-ai-ml alone.

Each step prints `ok <name>` once what it asserts holds. Variables of `lazuli env` say where the server is.
"""

import json
import os
import re
import tempfile
import time
import urllib.request
from pathlib import Path

from azure.ai.ml import MLClient, command, load_job
from azure.ai.ml.entities import AmlCompute, Environment
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential

ENDED = ("Completed", "Failed", "Canceled")
WAIT_SECONDS_MAX = 120
SOURCE = str(Path(__file__).parent / "source")

client = MLClient(DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"], "lazuli", "main")
folder = Path(tempfile.mkdtemp(prefix="lazuli-clusters-"))


def cluster(name: str, **more) -> AmlCompute:
    sizes = {"size": "STANDARD_DS3_V2", "min_instances": 0, "max_instances": 2}
    return client.compute.begin_create_or_update(AmlCompute(name=name, **{**sizes, **more})).result()


def submit(line: str, **more):
    job = command(**{"command": line, "environment": "azureml:plain:1", "compute": "pair", **more})
    return client.jobs.create_or_update(job)


def wait(name: str, statuses=ENDED):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < deadline:
        job = client.jobs.get(name)
        if job.status in statuses:
            return job
        time.sleep(0.1)
    raise TimeoutError(f"Job '{name}' is {client.jobs.get(name).status}.")


def files(job) -> dict:
    target = folder / job.name
    client.jobs.download(job.name, download_path=str(target), all=True)
    return {str(path.relative_to(target)): path.read_text(errors="replace") for path in target.rglob("*") if path.is_file()}


def logs(job) -> dict:
    return {Path(name).name: text for name, text in files(job).items() if "user_logs" in name}


def refusal(**more) -> str:
    try:
        submit(**{"line": "true", **more})
    except HttpResponseError as error:
        return str(error)
    raise AssertionError("The job was accepted.")


def nodes_of(name: str) -> list:
    """What `list_nodes` tells; this SDK keeps the fields under their wire names."""
    return [vars(node) for node in client.compute.list_nodes(name)]


def node_states(name: str) -> list:
    return sorted(node["nodeState"] for node in nodes_of(name))


def arm(method: str, path: str, body: dict) -> dict:
    base = os.environ["ARM_CLOUD_METADATA_URL"].split("/metadata")[0]
    token = DefaultAzureCredential().get_token(f"{base}/.default").token
    url = f"{base}{path}?api-version=2024-10-01"
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    request = urllib.request.Request(url, method=method, data=json.dumps(body).encode(), headers=headers)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"{}")


def usage() -> dict:
    """Current value and limit by name; this SDK keeps the fields under their wire names."""
    return {one["name"]["value"]: (one["currentValue"], one["limit"]) for one in map(vars, client.compute.list_usage())}


def pytorch() -> None:
    distribution = {"type": "pytorch", "process_count_per_instance": 2}
    job = submit("python all_reduce.py", code=SOURCE, instance_count=2, distribution=distribution)
    assert wait(job.name).status == "Completed", logs(job)
    for rank in range(4):
        text = logs(job)[f"std_log_process_{rank}.txt"]
        assert text == f"rank {rank} of 4 on node {rank // 2}: sum 10\n", text
    found = files(job)
    made = {Path(name).name: text for name, text in found.items() if "outputs" in name}
    assert {f"rank-{rank}.txt" for rank in range(4)} <= set(made), found
    assert made["shared.txt"] == "0", "where nodes write the same file, the first one's stays"
    print("ok pytorch")


def tensorflow() -> None:
    job = submit("echo $TF_CONFIG", instance_count=2, distribution={"type": "tensorflow", "worker_count": 2})
    assert wait(job.name).status == "Completed"
    first, second = (json.loads(logs(job)[f"std_log_process_{rank}.txt"]) for rank in range(2))
    assert first["task"] == {"type": "worker", "index": 0} and second["task"] == {"type": "worker", "index": 1}
    assert first["cluster"] == second["cluster"] and len(set(first["cluster"]["worker"])) == 2
    print("ok tensorflow")


def mpi() -> None:
    line = "echo $OMPI_COMM_WORLD_RANK $OMPI_COMM_WORLD_SIZE $AZ_BATCH_HOST_LIST $AZUREML_NODE_COUNT"
    job = submit(line, instance_count=2, distribution={"type": "mpi", "process_count_per_instance": 1})
    assert wait(job.name).status == "Completed"
    assert logs(job)["std_log_process_1.txt"] == "1 2 127.0.0.1,127.0.0.1 2\n", logs(job)
    print("ok mpi")


def plain_nodes() -> None:
    job = submit("echo node $NODE_RANK of $AZUREML_NODE_COUNT", instance_count=2)
    assert wait(job.name).status == "Completed"
    assert logs(job)["std_log_process_1.txt"] == "node 1 of 2\n"
    print("ok plain nodes")


def failing_rank() -> None:
    line = "if [ $RANK = 2 ]; then echo broken >&2; exit 3; fi; sleep 300"
    distribution = {"type": "pytorch", "process_count_per_instance": 2}
    job = submit(line, instance_count=2, distribution=distribution)
    started = time.monotonic()
    assert wait(job.name).status == "Failed"
    assert time.monotonic() - started < 60, "the other node was stopped"
    assert "broken" in logs(job)["std_log_process_2.txt"]
    print("ok failing rank")


def cancel() -> None:
    distribution = {"type": "pytorch", "process_count_per_instance": 2}
    job = submit("setsid sleep 300 & echo up; sleep 300", instance_count=2, distribution=distribution)
    wait(job.name, ("Running",))
    client.jobs.begin_cancel(job.name).wait()
    assert wait(job.name).status == "Canceled"
    print("ok cancel")


def gangs_wait() -> None:
    single = submit("sleep 4")
    wait(single.name, ("Running",))
    gang = submit("true", instance_count=2)
    wait(gang.name, ("Queued",))
    late = submit("true")
    wait(late.name, ("Queued",))
    assert wait(gang.name).status == wait(late.name).status == "Completed"
    message = refusal(instance_count=3)
    assert "needs 3 nodes at once" in message and "2 at most" in message, message
    print("ok gangs wait")


def nodes() -> None:
    cluster("idle", max_instances=3, idle_time_before_scale_down=3)
    job = submit("sleep 3", compute="idle", instance_count=2)
    wait(job.name, ("Running",))
    assert node_states("idle") == ["running", "running"]
    assert {node["runId"] for node in nodes_of("idle")} == {job.name}
    assert client.compute.get("idle").size == "STANDARD_DS3_V2"
    wait(job.name)
    assert node_states("idle") == ["idle", "idle"]
    time.sleep(4)
    assert node_states("idle") == []
    grown = client.compute.get("idle")
    grown.min_instances = 1
    client.compute.begin_update(grown).result()
    assert node_states("idle") == ["idle"]
    print("ok nodes")


def deleted_while_busy() -> None:
    cluster("brief")
    running, waiting = submit("sleep 300", compute="brief", instance_count=2), submit("true", compute="brief")
    wait(running.name, ("Running",))
    client.compute.begin_delete("brief").wait()
    assert wait(running.name).status == wait(waiting.name).status == "Failed"
    print("ok deleted while busy")


def priorities() -> None:
    cluster("one", max_instances=1)
    first = submit("sleep 3", compute="one")
    wait(first.name, ("Running",))
    low, high = (
        submit("date +%s%N", compute="one", queue_settings={"job_tier": "standard", "priority": priority})
        for priority in ("low", "high")
    )
    assert wait(low.name).status == wait(high.name).status == "Completed"
    ends = [int(re.search(r"\d{10,}", logs(job)["std_log.txt"])[0]) for job in (high, low)]
    assert ends[0] < ends[1], "the urgent one went first"
    assert client.jobs.get(high.name).queue_settings.priority == "high"
    print("ok priorities")


def low_priority() -> None:
    cluster("low", tier="low_priority", max_instances=1)
    job = submit("echo attempt; if [ -e /tmp/$AZUREML_RUN_ID ]; then exit 0; fi; touch /tmp/$AZUREML_RUN_ID; sleep 300", compute="low")
    wait(job.name, ("Running",))
    group = f"/subscriptions/{os.environ['AZURE_SUBSCRIPTION_ID']}/resourceGroups/lazuli"
    workspace = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/main"
    assert arm("POST", f"{workspace}/computes/low/preempt", {})["jobs"] == [job.name]
    assert wait(job.name).status == "Completed"
    kept = files(job)
    assert any("attempt-1" in name for name in kept), kept
    os.remove(f"/tmp/{job.name}")
    print("ok low priority")


def quotas() -> None:
    group = f"/subscriptions/{os.environ['AZURE_SUBSCRIPTION_ID']}/resourceGroups/lazuli"
    workspace = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/main"
    location = f"/subscriptions/{os.environ['AZURE_SUBSCRIPTION_ID']}/providers/Microsoft.MachineLearningServices/locations/local"

    def limit(count: int) -> None:
        value = [{"id": f"{workspace}/quotas/nodes", "type": "quotas", "limit": count}]
        assert arm("POST", f"{location}/updateQuotas", {"value": value})["value"][0]["status"] == "Success"

    sizes = {vars(size)["name"] for size in client.compute.list_sizes()}
    assert {"LOCAL", "Standard_DS3_v2", "Standard_NC6s_v3"} <= sizes
    limit(1)
    assert "quota of nodes" in refusal(instance_count=2)
    first, second = submit("sleep 3"), submit("true")
    wait(first.name, ("Running",))
    assert wait(second.name, ("Queued",)) and usage()["nodes"] == (1, 1), usage()
    assert wait(first.name).status == wait(second.name).status == "Completed"
    limit(-1)
    print("ok quotas")


def gpus() -> None:
    cluster("gpu", size="Standard_NC6s_v3")
    job = submit("echo gpus=$CUDA_VISIBLE_DEVICES", compute="gpu", instance_count=2)
    assert wait(job.name).status == "Completed"
    print("ok gpus")


def in_a_pipeline() -> None:
    job = client.jobs.create_or_update(load_job(str(Path(__file__).parent / "hello" / "pipeline.yml")))
    assert wait(job.name).status == "Completed"
    children = {child.display_name: child for child in client.jobs.list(parent_job_name=job.name)}
    ranks = logs(children["pytorch"])
    assert ranks["std_log_process_3.txt"] == "rank 3 of 4 meets at 127.0.0.1\n", ranks
    config = json.loads(logs(children["tensorflow"])["std_log_process_1.txt"])
    assert config["task"] == {"type": "worker", "index": 1}
    print("ok in a pipeline")


STEPS = [in_a_pipeline, low_priority, quotas, gpus, pytorch, tensorflow, mpi, plain_nodes, failing_rank, cancel, gangs_wait, nodes, deleted_while_busy, priorities]

client.environments.create_or_update(Environment(name="plain", version="1", image="python:3.11"))
cluster("pair")
wanted = os.environ.get("STEPS", "").split()
for step in STEPS:
    if not wanted or step.__name__ in wanted:
        step()
