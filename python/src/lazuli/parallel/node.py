"""One node of a parallel job: its worker processes, each watched by a thread of its own."""

from __future__ import annotations

import os
import threading
import time
from typing import Any, Callable, Dict, List, Optional

from .coordinator import Assignment, Outcome
from .job_logs import WorkerFiles
from .plan import Place, Plan, list_devices
from .split_files import folder_of
from .worker_process import WorkerGone, WorkerProcess, WorkerTimeout


class Node:
    """connect: answers a coordinator for one thread: the real one on node 0, a connection to it elsewhere."""

    def __init__(self, plan: Plan, place: Place, concurrency: int, connect: Callable[[], Any]):
        self._plan = plan
        self._place = place
        self._concurrency = concurrency
        self._connect = connect
        self._is_stopped = threading.Event()
        self._slots = []  # type: List[_Slot]
        self._threads = []  # type: List[threading.Thread]

    def start(self) -> None:
        """Starts no more processes than there are mini-batches to do."""
        first = self._connect()
        count = min(self._concurrency, first.count_open())
        for number in range(count):
            coordinator = first if number == 0 else self._connect()
            slot = _Slot(number, self._plan, self._place, coordinator, self._is_stopped)
            thread = threading.Thread(target=slot.carry_out, name=slot.name, daemon=True)
            self._slots.append(slot)
            self._threads.append(thread)
            thread.start()

    def is_busy(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def kill(self) -> None:
        """Ends all processes at once."""
        self._is_stopped.set()
        for slot in self._slots:
            slot.kill()

    def list_pids(self) -> Dict[str, int]:
        """Process ids of the workers that live, by name."""
        return {slot.name: slot.pid for slot in self._slots if slot.pid is not None}  # type: ignore


class _Slot:
    """Keeps one worker process going; a process that hangs or dies is replaced by another."""

    def __init__(self, number: int, plan: Plan, place: Place, coordinator: Any, is_stopped: threading.Event):
        self.name = "process%03d" % number
        self._number = number
        self._plan = plan
        self._place = place
        self._coordinator = coordinator
        self._is_stopped = is_stopped
        self._worker = None  # type: Optional[WorkerProcess]

    @property
    def pid(self) -> Optional[int]:
        return None if self._worker is None else self._worker.pid

    def kill(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def carry_out(self) -> None:
        try:
            while not self._is_stopped.is_set() and self._ensure_worker():
                assignment = self._coordinator.take(self._place.name, self.name)
                if assignment is None:
                    break
                self._coordinator.report(self._run(assignment))
            if self._worker is not None:
                self._worker.end()
                self._worker = None
        except (EOFError, OSError):
            # Node 0 has ended, and with it the job.
            self.kill()
        finally:
            self._coordinator.close()

    def _ensure_worker(self) -> bool:
        """Whether there is a process in which `init()` has succeeded."""
        while self._worker is None and not self._is_stopped.is_set():
            error = self._start_worker()
            if error == "":
                self._coordinator.init_succeeded()
                return True
            self.kill()
            if self._is_stopped.is_set() or not self._coordinator.init_failed(error):
                return False
        return self._worker is not None

    def _start_worker(self) -> str:
        """Why it could not be started; empty when it could."""
        files = WorkerFiles(self._place.name, self.name)
        self._worker = WorkerProcess(self._settings(files), files.stdout, files.stderr, self._variables())
        try:
            message, error = self._worker.receive(self._plan.first_task_seconds)
            return "" if message == "ready" else error
        except WorkerTimeout:
            return "init() took longer than %d seconds (first_task_creation_timeout)." % self._plan.first_task_seconds
        except WorkerGone as gone:
            return "%s It was in init()." % gone

    def _run(self, assignment: Assignment) -> Outcome:
        started = time.monotonic()
        worker = self._worker
        assert worker is not None
        try:
            worker.send(assignment)
            message, value = worker.receive(self._plan.overhead_seconds)
            if message == "running":
                message, value = worker.receive(self._plan.run_seconds)
            returned, rows, seconds, error = value
            return Outcome(assignment.index, assignment.attempt, returned, rows, seconds, error)
        except WorkerTimeout:
            error = "run() took longer than %g seconds (retry_settings.timeout); its process was ended." % self._plan.run_seconds
        except WorkerGone as gone:
            error = str(gone)
        self.kill()
        return Outcome(assignment.index, assignment.attempt, 0, "", time.monotonic() - started, error)

    def _settings(self, files: WorkerFiles) -> Dict[str, Any]:
        plan = self._plan
        output = plan.output_path or os.path.join(os.getcwd(), "outputs")
        return {
            "entry_script": os.path.abspath(plan.entry_script),
            "arguments": list(plan.arguments),
            "root": folder_of(plan.input_path),
            "wants_rows": plan.output_path is not None,
            "script_log": os.path.abspath(files.script_log),
            "output_folder": output if os.path.isdir(output) else os.path.dirname(output),
            "logging_level": plan.logging_level,
        }

    def _variables(self) -> Dict[str, str]:
        variables = dict(os.environ)
        devices = list_devices(variables)
        if devices and self._plan.concurrency in (None, len(devices)):
            # One process a device: none takes another's memory.
            variables["CUDA_VISIBLE_DEVICES"] = devices[self._number % len(devices)]
        return variables
