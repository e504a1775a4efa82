"""Entry of every node of a parallel job: node 0 splits the input and decides, all of them work."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from typing import Any, List, Tuple

from .checkpoint import Checkpoint
from .coordinator import Coordinator
from .job_logs import JobLogs, describe_plan
from .mini_batch import SUCCEEDED, MiniBatch
from .node import Node
from .plan import Place, Plan, PlanError, choose_concurrency, read_place, read_plan
from .remote import RemoteCoordinator, Service
from .resource_monitor import ResourceMonitor
from .split_files import folder_of, list_files, split_by_keys, split_by_size
from .split_table import split_table

CHECK_SECONDS = 1.0
FAILED_EXIT = 1
STOPPED_EXIT = 143


def main() -> int:
    try:
        plan = read_plan(os.environ, sys.stdin.read())
        place = read_place(os.environ)
        concurrency = choose_concurrency(plan, os.environ)
        if place.rank > 0:
            return _help(plan, place, concurrency)
        return _lead(plan, place, concurrency)
    except PlanError as error:
        print("The parallel job cannot run: %s" % error, file=sys.stderr)
        return FAILED_EXIT


def _lead(plan: Plan, place: Place, concurrency: int) -> int:
    logs = JobLogs(plan.logging_level == "DEBUG")
    logs.note(describe_plan(plan, concurrency))
    scratch = tempfile.mkdtemp(prefix="lazuli-parallel-")
    try:
        batches = _split(plan, scratch)
        checkpoint = Checkpoint()
        _resume(plan, checkpoint, batches, logs)

        def on_change(batch: MiniBatch, rows: str) -> None:
            if batch.status == SUCCEEDED:
                checkpoint.keep(batch, rows)
            logs.note_change(batch, batches)

        coordinator = Coordinator(plan, batches, on_change)
        logs.note("%d mini-batches to do" % coordinator.count_open())
        if not batches:
            coordinator.abandon("The input is empty: there is no mini-batch to run.")
        service = Service(coordinator, place) if plan.node_count > 1 else None
        is_stopped = _work(Node(plan, place, concurrency, lambda: coordinator), plan, place, coordinator)
        if is_stopped:
            return STOPPED_EXIT
        if not coordinator.is_over:
            coordinator.abandon("The processes of node 0 have ended before the work was done.")
        if service is not None:
            service.close()
        if plan.output_path is not None:
            checkpoint.write_output(batches, plan.output_path)
        logs.write_result(batches, coordinator.failure)
        if coordinator.failure:
            print("The parallel job failed: %s" % coordinator.failure, file=sys.stderr)
        return FAILED_EXIT if coordinator.failure else 0
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _help(plan: Plan, place: Place, concurrency: int) -> int:
    """A node other than 0. It ends well even if the job fails: node 0 says so."""
    try:
        node = Node(plan, place, concurrency, lambda: RemoteCoordinator(place))
        return STOPPED_EXIT if _work(node, plan, place, None) else 0
    except (EOFError, OSError):
        print("Node 0 has ended the job.", flush=True)
        return 0


def _split(plan: Plan, scratch: str) -> List[MiniBatch]:
    if not os.path.exists(plan.input_path):
        raise PlanError("There is nothing at '%s', where the input should be." % plan.input_path)
    if plan.input_kind == "table":
        size = plan.batch_size
        return split_table(plan.input_path, scratch, size, plan.partition_keys)
    names = list_files(plan.input_path)
    root = folder_of(plan.input_path)
    if "MLTable" in names:
        names.remove("MLTable")  # Says what the others are; it is none of them.
    if plan.partition_keys:
        return split_by_keys(root, names, plan.partition_keys)
    assert plan.batch_size is not None
    return split_by_size(root, names, plan.batch_size)


def _resume(plan: Plan, checkpoint: Checkpoint, batches: List[MiniBatch], logs: JobLogs) -> None:
    if plan.resume_from is None:
        return
    count = checkpoint.resume(batches, plan.resume_from)
    logs.note("%d mini-batches were done by the job that this one resumes" % count)


def _work(node: Node, plan: Plan, place: Place, coordinator: Any) -> bool:
    """Until nothing is left to do. Whether the job was stopped from outside meanwhile."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    monitor = ResourceMonitor(place.name, plan.resource_seconds, node.list_pids)
    node.start()
    while node.is_busy() and not stopped.is_set():
        stopped.wait(CHECK_SECONDS if coordinator is None else min(CHECK_SECONDS, 0.05))
        if coordinator is not None:
            coordinator.check_progress()
            if coordinator.failure:
                node.kill()
    if stopped.is_set():
        node.kill()
    monitor.end()
    return stopped.is_set()


if __name__ == "__main__":
    sys.exit(main())
