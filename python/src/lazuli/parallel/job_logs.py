"""Files that people read, laid out as Azure's parallel jobs lay them out, below `./logs`."""

from __future__ import annotations

import csv
import json
import os
import re
import time
from typing import Any, List

from .mini_batch import FAILED, PENDING, RUNNING, SUCCEEDED, MiniBatch

FOLDER = "logs"
OVERVIEW_FILE = os.path.join(FOLDER, "job_progress_overview.txt")
RESULT_FILE = os.path.join(FOLDER, "job_result.txt")
REPORT_FOLDER = os.path.join(FOLDER, "sys", "job_report")
TABLE_FILE = os.path.join(REPORT_FOLDER, "mini_batches.json")
TABLE_CSV = os.path.join(REPORT_FOLDER, "processed_mini-batches.csv")
# The table is written anew at most this often while the job runs, and takes at most this share of its time.
TABLE_SECONDS = 5.0
TABLE_SHARE_MAX = 0.02
EXCEPTION_LINE = re.compile(r"^[A-Za-z_][\w.]*(Error|Exception|Exit|Interrupt|Warning): ")
COLUMNS = ("index", "status", "items", "returned", "retries", "seconds", "node", "process", "error")


class WorkerFiles:
    """Logs of one worker process."""

    def __init__(self, node: str, process: str):
        user = os.path.join(FOLDER, "user")
        self.stdout = os.path.join(user, "stdout", node, process + ".stdout.txt")
        self.stderr = os.path.join(user, "stderr", node, process + ".stderr.txt")
        self.script_log = os.path.join(user, "entry_script_log", node, process + ".log.txt")


class JobLogs:
    """Written by node 0. What happens is also said on standard output, which is the job's own log."""

    def __init__(self, is_debug: bool):
        self._is_debug = is_debug
        self._next_table_at = 0.0
        os.makedirs(REPORT_FOLDER, exist_ok=True)

    def note(self, text: str) -> None:
        line = "%s %s" % (time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()), text)
        print(line, flush=True)
        with open(OVERVIEW_FILE, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def note_change(self, batch: MiniBatch, batches: List[MiniBatch]) -> None:
        if batch.error:
            self._write_error(batch)
            outcome = "failed" if batch.status == FAILED else "failed and is tried again"
            self.note("Mini-batch %d %s (try %d): %s" % (batch.index, outcome, batch.tries, _describe_error(batch.error)))
            if self._is_debug:
                print(batch.error, flush=True)
        elif self._is_debug:
            self.note("Mini-batch %d done in %.1f s, %d of %d items" % (batch.index, batch.seconds, batch.returned, batch.items))
        if time.monotonic() > self._next_table_at:
            self.note(describe_progress(batches))
            self.write_table(batches)

    def write_table(self, batches: List[MiniBatch]) -> None:
        started = time.monotonic()
        rows = [batch.render() for batch in batches]
        write_whole(TABLE_FILE, json.dumps({"miniBatches": rows}, ensure_ascii=False))
        with open(TABLE_CSV, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows([row[column] for column in COLUMNS] for row in rows)
        ended = time.monotonic()
        self._next_table_at = ended + max(TABLE_SECONDS, (ended - started) / TABLE_SHARE_MAX)

    def write_result(self, batches: List[MiniBatch], failure: str) -> None:
        self.write_table(batches)
        outcome = "The parallel job failed." if failure else "The parallel job succeeded."
        text = "\n".join(part for part in (outcome, describe_progress(batches), failure) if part)
        write_whole(RESULT_FILE, text + "\n")
        self.note(describe_progress(batches))

    def _write_error(self, batch: MiniBatch) -> None:
        folder = os.path.join(FOLDER, "user", "error", batch.node)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, batch.process + ".txt"), "a", encoding="utf-8", errors="replace") as file:
            file.write("Mini-batch %d, try %d:\n%s\n\n" % (batch.index, batch.tries, batch.error))


def describe_progress(batches: List[MiniBatch]) -> str:
    counts = {status: sum(1 for b in batches if b.status == status) for status in (SUCCEEDED, FAILED, RUNNING, PENDING)}
    retries = sum(max(0, batch.tries - 1) for batch in batches)
    resumed = sum(1 for batch in batches if batch.is_resumed)
    return "%d mini-batches: %d succeeded%s, %d failed, %d running, %d waiting; %d retries" % (
        len(batches),
        counts[SUCCEEDED],
        " (%d in the job that this one resumes)" % resumed if resumed else "",
        counts[FAILED],
        counts[RUNNING],
        counts[PENDING],
        retries,
    )


def write_whole(path: str, text: str) -> None:
    """A reader sees the file as it was, or as it is, never half of it."""
    draft = path + ".draft"
    with open(draft, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
    os.replace(draft, path)


def _describe_error(text: str) -> str:
    """The line of a traceback that names the exception, whose message may have more lines than that."""
    lines = text.rstrip().split("\n")
    named = [line for line in lines if EXCEPTION_LINE.match(line)]
    return named[-1] if named else lines[-1]


def describe_plan(plan: Any, concurrency: int) -> str:
    per_batch = (
        "partitioned by " + ", ".join(plan.partition_keys)
        if plan.partition_keys
        else "%d %s a mini-batch" % plan.batch_size
    )
    return "Input of %s, %s; %d node(s) with %d process(es) each" % (plan.input_kind, per_batch, plan.node_count, concurrency)
