"""Drives schedules of a server with azure-ai-ml alone: each step prints `ok <name>` once what it asserts holds."""

import os
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from azure.ai.ml import MLClient, load_job
from azure.ai.ml.constants import TimeZone
from azure.ai.ml.entities import JobSchedule, RecurrencePattern, RecurrenceTrigger
from azure.ai.ml.entities._load_functions import load_schedule
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential

WAIT_SECONDS_MAX = 120

client = MLClient(DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"], "lazuli", "main")
folder = Path(tempfile.mkdtemp(prefix="lazuli-schedules-"))

PIPELINE = """
type: pipeline
display_name: hello pipeline
compute: azureml:cpu-cluster
inputs:
  greeting: "hello world"
jobs:
  a:
    command: echo "${{inputs.text}}" > ${{outputs.said}}/said.txt
    environment: azureml://registries/azureml/environments/sklearn-1.5/labels/latest
    inputs:
      text: ${{parent.inputs.greeting}}
    outputs:
      said:
"""


def write(name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def schedule(name: str, trigger: str, job: str = "create_job: ./pipeline.yml"):
    write("pipeline.yml", PIPELINE)
    path = write(f"{name}.yml", f"name: {name}\ndisplay_name: {name} shown\ntrigger:\n{trigger}\n{job}\n")
    return client.schedules.begin_create_or_update(load_schedule(path)).result()


def names(**query) -> list:
    return [one.name for one in client.schedules.list(**query)]


def jobs_of(name: str) -> list:
    return [job.name for job in client.jobs.list(schedule_defined=True, scheduled_job_name=name)]


def wait_until(holds, what: str):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < deadline:
        found = holds()
        if found:
            return found
        time.sleep(0.2)
    raise TimeoutError(f"Waited in vain for {what}.")


def cron() -> None:
    trigger = (
        '  type: cron\n  expression: "0 * * * *"\n'
        '  start_time: "2022-07-10T10:00:00"\n  time_zone: "Pacific Standard Time"'
    )
    made = schedule("hourly", trigger)
    assert made.provisioning_state == "Succeeded" and made._is_enabled is True, made
    shown = client.schedules.get("hourly")
    assert shown.trigger.expression == "0 * * * *" and shown.trigger.time_zone == "Pacific Standard Time"
    assert list(shown.create_job.jobs) == ["a"] and shown.display_name == "hourly shown"


def recurrence() -> None:
    trigger = RecurrenceTrigger(
        frequency="day",
        interval=1,
        schedule=RecurrencePattern(hours=[4, 5, 10], minutes=[0, 30]),
        start_time=datetime(2022, 7, 10, 10),
        time_zone=TimeZone.PACIFIC_STANDARD_TIME,
    )
    job = load_job(write("pipeline.yml", PIPELINE))
    made = client.schedules.begin_create_or_update(JobSchedule(name="daily", trigger=trigger, create_job=job)).result()
    assert made.trigger.schedule.hours == [4, 5, 10] and made.trigger.interval == 1


def fires() -> None:
    start = datetime.now(timezone.utc) + timedelta(seconds=3)
    trigger = RecurrenceTrigger(frequency="minute", interval=1, start_time=start.strftime("%Y-%m-%dT%H:%M:%S"))
    job = load_job(write("pipeline.yml", PIPELINE))
    client.schedules.begin_create_or_update(JobSchedule(name="soon", trigger=trigger, create_job=job)).result()
    [name] = wait_until(lambda: jobs_of("soon"), "the first run")
    client.schedules.begin_disable("soon").result()
    assert name == f"soon-{start.strftime('%Y%m%dT%H%M%SZ')}", name
    job = client.jobs.get(name)
    assert job.display_name == name and job.properties["azureml.scheduleId"] == "soon"


def settings() -> None:
    create = (
        "create_job:\n  type: pipeline\n  job: ./pipeline.yml\n  settings:\n    continue_on_step_failure: true\n"
        "  inputs:\n    greeting: ${{creation_context.trigger_time}}\n  tags:\n    schedule: changed"
    )
    schedule("changed", '  type: cron\n  expression: "0 3 * * *"', create)
    done = client.schedules.trigger("changed")
    assert done.schedule_action_type == "CreateJob", done
    job = client.jobs.get(done.job_name)
    assert job.inputs["greeting"]._data.startswith(str(datetime.now(timezone.utc).year)), job.inputs
    assert job.tags["schedule"] == "changed" and jobs_of("changed") == [done.job_name]


def reference() -> None:
    source = client.jobs.create_or_update(load_job(write("pipeline.yml", PIPELINE)))
    schedule("again", '  type: cron\n  expression: "0 3 * * *"', f"create_job: azureml:{source.name}")
    done = client.schedules.trigger("again")
    job = client.jobs.get(done.job_name)
    assert list(job.jobs) == ["a"] and job.inputs["greeting"]._data == "hello world"


def lists() -> None:
    client.schedules.begin_disable("daily").result()
    assert "daily" not in names() and "hourly" in names()
    assert names(list_view_type="DisabledOnly") == ["daily", "soon"], names(list_view_type="DisabledOnly")
    assert {"daily", "hourly"} <= set(names(list_view_type="All"))
    client.schedules.begin_enable("daily").result()
    assert "daily" in names()


def refusals() -> None:
    for trigger in ('  type: cron\n  expression: "0 25 * * *"', '  type: cron\n  expression: "0 * * * *"\n  time_zone: Mars'):
        try:
            schedule("wrong", trigger)
        except HttpResponseError as error:
            assert "cron expression" in str(error) or "no time zone" in str(error), error
        else:
            raise AssertionError("The schedule was accepted.")


def removal() -> None:
    try:
        client.schedules.begin_delete("hourly").result()
    except HttpResponseError as error:
        assert "disable it before" in str(error), error
    client.schedules.begin_disable("hourly").result()
    client.schedules.begin_delete("hourly").result()
    assert "hourly" not in names(list_view_type="All")


for step in (cron, recurrence, fires, settings, reference, lists, refusals, removal):
    step()
    print(f"ok {step.__name__}", flush=True)
