"""What a parallel job is told: settings as JSON in a variable, paths and the script's arguments on standard input."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
from typing import Dict, List, Mapping, NamedTuple, Optional, Tuple

SETTINGS_VARIABLE = "LAZULI_PARALLEL"
ARGUMENTS_KEY = "program_arguments"
FILES_PER_BATCH_DEFAULT = 10
BYTES_PER_BATCH_DEFAULT = 1024 * 1024
RESOURCE_SECONDS_DEFAULT = 600
FIRST_TASK_SECONDS_DEFAULT = 600
TASK_OVERHEAD_SECONDS_DEFAULT = 600
UNITS = {"": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}


class PlanError(Exception):
    """The job's settings do not make sense; the message says which and why."""


class BatchSize(NamedTuple):
    """How much a mini-batch holds: `count` of `unit` 'items' (files or rows) or 'bytes'."""

    count: int
    unit: str


class Plan(NamedTuple):
    """Everything the nodes of a parallel job agree on. Times are seconds; -1 switches a threshold off."""

    entry_script: str
    input_path: str
    input_kind: str  # 'files' or 'table'
    output_path: Optional[str]
    batch_size: Optional[BatchSize]
    partition_keys: Tuple[str, ...]
    error_threshold: int
    batch_error_threshold: int
    failed_percent_max: float
    tries_max: int
    run_seconds: float
    overhead_seconds: float
    first_task_seconds: float
    progress_seconds: float
    resource_seconds: float
    concurrency: Optional[int]
    node_count: int
    logging_level: str
    arguments: Tuple[str, ...]
    resume_from: Optional[str]


def read_plan(variables: Mapping[str, str], text: str) -> Plan:
    """variables: the environment; text: `name=value` lines, `program_arguments` last with all that follows it.

    Raises PlanError.
    """
    try:
        settings = json.loads(variables[SETTINGS_VARIABLE])
    except (KeyError, ValueError) as error:
        raise PlanError("This program is started by a parallel job: there are no settings in %s." % SETTINGS_VARIABLE) from error
    paths, line = _split_text(text)
    try:
        arguments = tuple(shlex.split(line))
    except ValueError as error:
        raise PlanError("program_arguments cannot be split into words: %s." % error) from error
    flags = _read_flags(arguments)
    keys = tuple(str(key) for key in settings.get("partitionKeys") or ())
    tries = 1 + max(0, int(settings.get("maxRetries", 2)))
    run_seconds = float(settings.get("timeoutSeconds", 60))
    is_table = settings.get("inputKind") == "table"
    return Plan(
        entry_script=settings["entryScript"],
        input_path=paths["input_data"],
        input_kind="table" if is_table else "files",
        output_path=paths.get("append_row_to") or None,
        batch_size=None if keys else parse_batch_size(settings.get("miniBatchSize"), is_table),
        partition_keys=keys,
        error_threshold=int(_either(flags.error_threshold, settings.get("errorThreshold"), -1)),
        batch_error_threshold=int(_either(settings.get("miniBatchErrorThreshold"), None, -1)),
        failed_percent_max=float(_either(flags.allowed_failed_percent, None, 100)),
        tries_max=tries,
        run_seconds=run_seconds,
        overhead_seconds=_either(flags.task_overhead_timeout, None, TASK_OVERHEAD_SECONDS_DEFAULT),
        first_task_seconds=_either(flags.first_task_creation_timeout, None, FIRST_TASK_SECONDS_DEFAULT),
        progress_seconds=_either(flags.progress_update_timeout, None, _progress_default(run_seconds, tries)),
        resource_seconds=_either(flags.resource_monitor_interval, None, RESOURCE_SECONDS_DEFAULT),
        concurrency=settings.get("maxConcurrencyPerInstance"),
        node_count=max(1, int(settings.get("nodeCount") or 1)),
        logging_level=str(settings.get("loggingLevel") or "INFO").upper(),
        arguments=arguments,
        resume_from=paths.get("resume_from") or None,
    )


def parse_batch_size(text: object, is_table: bool) -> BatchSize:
    """`10`: files, or bytes of a table, as on Azure; `10kb`: bytes of either; `10rows`: rows of a table.

    Raises PlanError.
    """
    if text in (None, "", 0, "0"):
        if is_table:
            return BatchSize(BYTES_PER_BATCH_DEFAULT, "bytes")
        return BatchSize(FILES_PER_BATCH_DEFAULT, "items")
    match = re.match(r"^\s*(\d+)\s*(|kb|mb|gb|rows)\s*$", str(text), re.IGNORECASE)
    if match is None or int(match.group(1)) == 0:
        raise PlanError("mini_batch_size '%s' is neither a number, such as 10, nor a size, such as 100kb." % text)
    count, unit = int(match.group(1)), match.group(2).lower()
    if unit == "rows":
        return BatchSize(count, "items")
    is_bytes = is_table or unit != ""
    return BatchSize(count * UNITS[unit], "bytes" if is_bytes else "items")


def _split_text(text: str) -> Tuple[Dict[str, str], str]:
    paths = {}  # type: Dict[str, str]
    lines = text.split("\n")
    for number, line in enumerate(lines):
        name, _, value = line.partition("=")
        if name == ARGUMENTS_KEY:
            return paths, " ".join([value] + lines[number + 1 :]).strip()
        if name:
            paths[name] = value
    return paths, ""


def _read_flags(arguments: Tuple[str, ...]) -> argparse.Namespace:
    """Flags of Azure's own driver among the script's arguments; the rest, even if misspelt, is the script's affair."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in (
        "allowed_failed_percent",
        "task_overhead_timeout",
        "progress_update_timeout",
        "first_task_creation_timeout",
        "resource_monitor_interval",
    ):
        parser.add_argument("--" + name, type=float)
    parser.add_argument("--error_threshold", type=int)
    parser.error = _refuse_flags  # type: ignore
    return parser.parse_known_args(list(arguments))[0]


def _refuse_flags(message: str) -> None:
    raise PlanError("program_arguments: %s." % message)


def _progress_default(run_seconds: float, tries: int) -> float:
    """Long enough for the slowest mini-batch that its own limits allow, twice over."""
    return max(600.0, 2 * tries * (run_seconds + TASK_OVERHEAD_SECONDS_DEFAULT))


def _either(first: Optional[float], second: Optional[float], default: float) -> float:
    if first is not None:
        return first
    return default if second is None else second


class Place(NamedTuple):
    """Where this process stands among the job's nodes."""

    rank: int
    name: str
    address: str
    port: int
    secret: bytes


def read_place(variables: Mapping[str, str]) -> Place:
    """The nodes of one job share its token, which therefore proves to each other who they are."""
    rank = int(variables.get("NODE_RANK") or variables.get("AZUREML_CR_NODE_RANK") or 0)
    return Place(
        rank=rank,
        name="node-%d" % rank,
        address=variables.get("MASTER_ADDR") or "127.0.0.1",
        port=int(variables.get("MASTER_PORT") or 0),
        secret=(variables.get("LAZULI_GANG_SECRET") or variables.get("MLFLOW_TRACKING_TOKEN") or "").encode(),
    )


def choose_concurrency(plan: Plan, variables: Mapping[str, str]) -> int:
    """Processes of this node: as asked, else one a GPU, else one a core."""
    if plan.concurrency is not None and int(plan.concurrency) > 0:
        return int(plan.concurrency)
    devices = list_devices(variables)
    if devices:
        return len(devices)
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def list_devices(variables: Mapping[str, str]) -> List[str]:
    return [device for device in variables.get("CUDA_VISIBLE_DEVICES", "").split(",") if device.strip() not in ("", "-1")]
