"""What people need around a job, with azure-ai-ml alone: why it failed, what is kept secret, what runs beside it.

Each step prints `ok <name>` once what it asserts holds.
"""

import contextlib
import io
import os
import ssl
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from azure.ai.ml import MLClient, command
from azure.ai.ml.entities import Environment, JupyterLabJobService, SshJobService, TensorBoardJobService
from azure.ai.ml.entities import VsCodeJobService
from azure.ai.ml.exceptions import JobException
from azure.identity import DefaultAzureCredential

ENDED = ("Completed", "Failed", "Canceled")
WAIT_SECONDS_MAX = 300
SECRET = "s3cret-value-of-the-user"

credential = DefaultAzureCredential()
client = MLClient(credential, os.environ["AZURE_SUBSCRIPTION_ID"], "lazuli", "main")
folder = Path(tempfile.mkdtemp(prefix="lazuli-care-"))


def submit(line: str, **more):
    return client.jobs.create_or_update(
        command(**{"command": line, "environment": "azureml:plain:1", "compute": "cpu-cluster", **more})
    )


def wait_until(holds, what: str):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < deadline:
        found = holds()
        if found:
            return found
        time.sleep(0.2)
    raise TimeoutError(f"Waited in vain for {what}.")


def stream(job) -> str:
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        try:
            client.jobs.stream(job.name)
        except JobException as error:
            return f"{shown.getvalue()}\n{error}"
    return shown.getvalue()


def errors() -> None:
    source = folder / "source"
    source.mkdir()
    (source / "train.py").write_text("import math\n\ndef train():\n    raise ValueError('no rows left')\n\ntrain()\n")
    told = stream(submit("python train.py", code=str(source)))
    assert "ValueError: no rows left" in told, told
    assert "At train.py, line 4: raise ValueError('no rows left')" in told, told
    told = stream(submit("python -c 'import lightgbm'"))
    assert "Package 'lightgbm' is not in the job's environment" in told, told
    told = stream(submit("kill -9 $$"))
    assert "no memory left" in told, told
    told = stream(submit("no-such-program --x"))
    assert "was not found in the environment" in told, told


def secrets() -> None:
    line = 'for i in 1 2 3; do printf "%s" "$API_KEY" | cut -c1-9 | tr -d "\\n"; sleep 0.2; printf "%s\\n" "$API_KEY" | cut -c10-; done; '
    line += 'echo "token $AZUREML_RUN_TOKEN"; echo "plain $GREETING"; python -c "raise ValueError(\'$API_KEY\')"'
    job = submit(line, environment_variables={"API_KEY": SECRET, "GREETING": "hello"})
    told = stream(job)
    client.jobs.download(job.name, download_path=folder / "logs", all=True)
    log = (folder / "logs" / "artifacts" / "user_logs" / "std_log.txt").read_text()
    for text in (told, log):
        assert SECRET not in text and "eyJ" not in text, text
        assert "plain hello" in text and "*" * len(SECRET) in text, text
    assert client.jobs.get(job.name).environment_variables["API_KEY"] == SECRET, "Azure answers variables as they are"


def services() -> None:
    conda = folder / "conda.yml"
    conda.write_text("dependencies:\n- python=3.11\n- pip:\n  - jupyterlab\n  - tensorboard\n  - setuptools<80\n")
    client.environments.create_or_update(Environment(name="desk", version="1", image="python:3.11", conda_file=conda))
    asked = {
        "lab": JupyterLabJobService(),
        "board": TensorBoardJobService(log_dir="outputs"),
        "code": VsCodeJobService(),
        "shell": SshJobService(),
    }
    job = submit("sleep 600", environment="azureml:desk:1", services=asked)

    def settled():
        shown = client.jobs.show_services(job.name) or {}
        return shown if shown and all(one.status != "Starting" for one in shown.values()) else None

    shown = wait_until(settled, "the services")
    assert {name: one.type for name, one in shown.items()} == {
        "lab": "JupyterLab",
        "board": "TensorBoard",
        "code": "VSCode",
        "shell": "SSH",
    }
    for name in ("lab", "board"):
        assert shown[name].status == "Running" and shown[name].port, shown[name].__dict__
    for name in ("code", "shell"):
        assert shown[name].status == "Running" or shown[name].error, shown[name].__dict__
    assert client.jobs.get(job.name).services["lab"].endpoint == shown["lab"].endpoint
    assert '"kernels"' in fetch(shown["lab"].endpoint + "api/status")
    assert '"version"' in fetch(shown["board"].endpoint + "data/environment")
    try:
        fetch(shown["lab"].endpoint + "api/status", token="")
    except urllib.error.HTTPError as error:
        assert error.code == 401, error
    client.jobs.begin_cancel(job.name).result()
    wait_until(lambda: client.jobs.get(job.name).status in ENDED, "the end of the job")
    assert client.jobs.show_services(job.name)["lab"].status == "Stopped"


def fetch(url: str, token: str | None = None) -> str:
    if token is None:
        token = credential.get_token("https://management.azure.com/.default").token
    headers = {"authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers)
    context = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
    with urllib.request.urlopen(request, context=context, timeout=30) as answer:
        return answer.read().decode()


def words() -> None:
    job = submit("true", tags={"a": "1"})
    wait_until(lambda: client.jobs.get(job.name).status in ENDED, "the end of the job")
    done = client.jobs.get(job.name)
    done.tags = {"a": "2", "b": "3"}
    done.display_name = "another name"
    client.jobs.create_or_update(done)
    again = client.jobs.get(job.name)
    assert (again.tags, again.display_name) == ({"a": "2", "b": "3"}, "another name"), again
    client.jobs.archive(job.name)
    assert job.name not in [one.name for one in client.jobs.list()]
    assert job.name in [one.name for one in client.jobs.list(list_view_type="ArchivedOnly")]
    client.jobs.restore(job.name)
    assert job.name in [one.name for one in client.jobs.list()]


client.environments.create_or_update(Environment(name="plain", version="1", image="python:3.11"))
for step in (errors, secrets, words, services):
    step()
    print(f"ok {step.__name__}", flush=True)
