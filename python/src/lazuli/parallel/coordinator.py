"""Hands out mini-batches, hears what became of them, and decides when the job is over."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, Callable, Deque, Dict, List, NamedTuple, Optional

from .mini_batch import FAILED, PENDING, RUNNING, SUCCEEDED, MiniBatch
from .plan import Plan

# Workers of a slot that fail in `init()` one after the other, before the job counts as broken.
INIT_FAILURES_MAX = 3
WAIT_SECONDS = 1.0


class Assignment(NamedTuple):
    """A mini-batch on its way to a process. `frame`: path of pickled rows, or the pickle itself for another node."""

    index: int
    attempt: int
    files: Optional[List[str]]
    frame: Any
    keys: Dict[str, Any]


class Outcome(NamedTuple):
    """What became of one attempt. `rows`: text to append to the output; `error`: empty when it succeeded."""

    index: int
    attempt: int
    returned: int
    rows: str
    seconds: float
    error: str


class Coordinator:
    """Thread-safe. One lives on node 0; other nodes reach it through `remote.py`.

    on_change(batch, rows): called after each attempt, with the rows of a success; calls never overlap.
    """

    def __init__(self, plan: Plan, batches: List[MiniBatch], on_change: Callable[[MiniBatch, str], None]):
        self._plan = plan
        self._on_change = on_change
        self._changed = threading.Condition()
        self._waiting = deque(batch for batch in batches if batch.status == PENDING)  # type: Deque[MiniBatch]
        self._open = len(self._waiting)
        self._init_failures = 0
        self._progress_at = time.monotonic()
        self._has_begun = False
        self.batches = batches
        self._tally = Tally(plan, batches)
        self.failure = self._tally.find_excess()

    @property
    def is_over(self) -> bool:
        return self._open == 0 or self.failure != ""

    def count_open(self) -> int:
        """Mini-batches that still have to be done: more processes than that are of no use."""
        return self._open

    def take(self, node: str, process: str) -> Optional[Assignment]:
        """The next mini-batch, waiting while all are being worked on; None once the job is over."""
        with self._changed:
            while not self._waiting and not self.is_over:
                self._changed.wait(WAIT_SECONDS)
            if self.is_over:
                return None
            batch = self._waiting.popleft()
            batch.status = RUNNING
            batch.tries += 1
            batch.node, batch.process = node, process
            batch.started_at = time.time()
            self._has_begun = True
            return Assignment(batch.index, batch.tries, batch.files, batch.frame, batch.keys)

    def report(self, outcome: Outcome) -> None:
        """Takes note of an attempt's end. One that was given to somebody else meanwhile is ignored."""
        with self._changed:
            batch = self.batches[outcome.index]
            if batch.status != RUNNING or batch.tries != outcome.attempt:
                return
            self._progress_at = time.monotonic()
            batch.ended_at = time.time()
            batch.seconds += outcome.seconds
            batch.error = outcome.error
            batch.returned = outcome.returned
            if outcome.error == "":
                self._end(batch, SUCCEEDED)
            elif batch.tries >= self._plan.tries_max:
                self._end(batch, FAILED)
            else:
                batch.status = PENDING
                self._waiting.append(batch)
            self._on_change(batch, outcome.rows if batch.status == SUCCEEDED else "")
            self.failure = self.failure or self._tally.find_excess()
            self._changed.notify_all()

    def init_succeeded(self) -> None:
        with self._changed:
            self._init_failures = 0
            self._progress_at = time.monotonic()

    def init_failed(self, error: str) -> bool:
        """Whether another process is worth a try."""
        with self._changed:
            self._init_failures += 1
            if self._init_failures >= INIT_FAILURES_MAX:
                self._fail("The entry script cannot be started: loading it or init() failed %d times.\n%s" % (self._init_failures, error))
            return not self.is_over

    def check_progress(self) -> None:
        """Ends a job in which nothing moves any more; to be called now and then."""
        with self._changed:
            if self.is_over:
                return
            limit = self._plan.progress_seconds if self._has_begun else self._plan.first_task_seconds
            if time.monotonic() - self._progress_at > limit:
                name = "progress_update_timeout" if self._has_begun else "first_task_creation_timeout"
                self._fail("Nothing has moved for %d seconds (%s)." % (limit, name))

    def close(self) -> None:
        """A thread of this node needs it no longer."""

    def abandon(self, reason: str) -> None:
        with self._changed:
            self._fail(reason)

    def _end(self, batch: MiniBatch, status: str) -> None:
        batch.status = status
        self._open -= 1
        self._tally.add(batch)

    def _fail(self, reason: str) -> None:
        self.failure = self.failure or reason
        self._changed.notify_all()


class Tally:
    """What has failed so far, kept up to date: a job may have a million mini-batches."""

    def __init__(self, plan: Plan, batches: List[MiniBatch]):
        self._plan = plan
        self._total = len(batches)
        self._failed = 0
        self._failed_items = 0
        self._first = None  # type: Optional[MiniBatch]
        for batch in batches:
            self.add(batch)

    def add(self, batch: MiniBatch) -> None:
        """Counts a mini-batch that has ended."""
        if batch.status == SUCCEEDED:
            self._failed_items += max(0, batch.items - batch.returned)
        elif batch.status == FAILED:
            self._failed += 1
            self._failed_items += batch.items
            self._first = self._first or batch

    def find_excess(self) -> str:
        """What of the thresholds is exceeded, as a sentence with the first failure; empty when nothing is."""
        reason = self._find_reason()
        if reason == "" or self._first is None:
            return reason
        return "%s The first was mini-batch %d:\n%s" % (reason, self._first.index, self._first.error)

    def _find_reason(self) -> str:
        plan, failed = self._plan, self._failed
        if 0 <= plan.batch_error_threshold < failed:
            return "%d mini-batches failed, more than mini_batch_error_threshold %d allows." % (
                failed,
                plan.batch_error_threshold,
            )
        if failed and 100.0 * failed / self._total > plan.failed_percent_max:
            return "%d of %d mini-batches failed, more than allowed_failed_percent %g allows." % (
                failed,
                self._total,
                plan.failed_percent_max,
            )
        if 0 <= plan.error_threshold < self._failed_items:
            return (
                "%d items failed, more than error_threshold %d allows; run() must return an element for each item it did."
                % (self._failed_items, plan.error_threshold)
            )
        return "All %d mini-batches failed." % failed if failed and failed == self._total else ""
