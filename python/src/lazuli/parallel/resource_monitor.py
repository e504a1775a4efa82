"""CPU and memory of the node and of its worker processes, as rows of CSV files. Reads /proc; elsewhere it does nothing."""

from __future__ import annotations

import csv
import os
import threading
import time
from typing import Callable, Dict, List, Optional, Tuple

from .job_logs import FOLDER

PROC = "/proc"
SECONDS_MIN = 1.0
FIRST_SECONDS = 2.0


class ResourceMonitor:
    """Takes a sample at the start, once the processes run, every `seconds`, and at the end; none when `seconds` is 0."""

    def __init__(self, node: str, seconds: float, list_pids: Callable[[], Dict[str, int]]):
        self._seconds = max(SECONDS_MIN, seconds)
        self._list_pids = list_pids
        self._ended = threading.Event()
        self._folder = os.path.join(FOLDER, "sys", "perf", node)
        self._thread = None  # type: Optional[threading.Thread]
        self._cpu_before = None  # type: Optional[Tuple[float, float]]
        if seconds > 0 and os.path.isdir(PROC):
            os.makedirs(self._folder, exist_ok=True)
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()

    def end(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        seconds = min(FIRST_SECONDS, self._seconds)
        while True:
            self._sample()
            if self._ended.wait(seconds):
                self._sample()
                return
            seconds = self._seconds

    def _sample(self) -> None:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        try:
            self._append("node_resource_usage.csv", NODE_COLUMNS, [[now] + self._node_values()])
            rows = [[now, name, pid] + _process_values(pid) for name, pid in self._list_pids().items()]
            self._append("processes_resource_usage.csv", PROCESS_COLUMNS, [row for row in rows if len(row) > 3])
        except (OSError, ValueError, IndexError, KeyError):
            return  # This kernel says it in another way: a sample less.

    def _node_values(self) -> List[object]:
        busy, total = _read_cpu()
        before = self._cpu_before
        self._cpu_before = (busy, total)
        percent = "" if before is None or total == before[1] else round(100 * (busy - before[0]) / (total - before[1]), 1)
        memory = _read_memory()
        used = memory["MemTotal"] - memory["MemAvailable"]
        return [percent, os.getloadavg()[0], used // 1024, memory["MemTotal"] // 1024]

    def _append(self, name: str, columns: Tuple[str, ...], rows: List[List[object]]) -> None:
        path = os.path.join(self._folder, name)
        is_new = not os.path.exists(path)
        with open(path, "a", newline="") as file:
            writer = csv.writer(file)
            if is_new:
                writer.writerow(columns)
            writer.writerows(rows)


NODE_COLUMNS = ("time", "cpu_percent", "load_1m", "memory_used_mib", "memory_total_mib")
PROCESS_COLUMNS = ("time", "process", "pid", "cpu_seconds", "memory_mib", "threads")


def _read_cpu() -> Tuple[float, float]:
    with open(PROC + "/stat") as file:
        numbers = [float(word) for word in file.readline().split()[1:9]]
    idle = numbers[3] + numbers[4]
    return sum(numbers) - idle, sum(numbers)


def _read_memory() -> Dict[str, int]:
    with open(PROC + "/meminfo") as file:
        return {line.split(":")[0]: int(line.split()[1]) for line in file}


def _process_values(pid: int) -> List[object]:
    """Empty for a process that has just ended."""
    try:
        with open("%s/%d/stat" % (PROC, pid)) as file:
            # The program's name may hold blanks and brackets; what follows the last bracket is regular.
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return []
    ticks = os.sysconf("SC_CLK_TCK")
    pages = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return [round((int(fields[11]) + int(fields[12])) / ticks, 2), pages // 1024**2, int(fields[17])]
