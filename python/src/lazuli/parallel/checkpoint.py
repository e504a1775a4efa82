"""What a job has done, kept with its logs, so that a job that resumes it does the rest only."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, IO, List, Tuple

from .job_logs import FOLDER
from .mini_batch import SUCCEEDED, MiniBatch

CHECKPOINT_FOLDER = os.path.join(FOLDER, "sys", "checkpoint")
# A line of JSON for each mini-batch that succeeded: what it was, and where its rows lie in the other file.
INDEX_NAME = "mini_batches.jsonl"
ROWS_NAME = "rows.txt"


class Checkpoint:
    """Two files that only grow: rows in the order in which mini-batches were done, and an index of them."""

    def __init__(self, folder: str = CHECKPOINT_FOLDER):
        os.makedirs(folder, exist_ok=True)
        self._rows = open(os.path.join(folder, ROWS_NAME), "wb+")
        self._index = open(os.path.join(folder, INDEX_NAME), "w", encoding="utf-8")
        self._end = 0
        # Where the rows of a mini-batch begin, and how many bytes they are, by its index.
        self._places = {}  # type: Dict[int, Tuple[int, int]]

    def keep(self, batch: MiniBatch, rows: str) -> None:
        """Notes a mini-batch that succeeded. Lone surrogates stay what they are."""
        self._keep(batch, rows.encode("utf-8", "surrogatepass"))

    def resume(self, batches: List[MiniBatch], folder: str) -> int:
        """Marks as done what the job whose artifacts lie in `folder` has done; answers how many those are."""
        source = os.path.join(folder, CHECKPOINT_FOLDER)
        done = _read_index(os.path.join(source, INDEX_NAME))
        if not done:
            return 0
        with open(os.path.join(source, ROWS_NAME), "rb") as rows:
            resumed = [batch for batch in batches if self._take_over(batch, done, rows)]
        return len(resumed)

    def write_output(self, batches: List[MiniBatch], path: str) -> None:
        """All rows in the order of the input, whichever mini-batch was done first."""
        target = os.path.join(path, "parallel_run_step.txt") if os.path.isdir(path) else path
        os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
        with open(target, "wb") as output:
            for batch in batches:
                offset, length = self._places.get(batch.index, (0, 0))
                self._rows.seek(offset)
                output.write(self._rows.read(length))

    def close(self) -> None:
        self._rows.close()
        self._index.close()

    def _take_over(self, batch: MiniBatch, done: Dict[str, List[Any]], rows: IO[bytes]) -> bool:
        entries = done.get(batch.fingerprint)
        if not entries:
            return False
        entry = entries.pop(0)
        batch.status, batch.is_resumed = SUCCEEDED, True
        batch.returned, batch.seconds = int(entry["returned"]), float(entry["seconds"])
        batch.node, batch.process = str(entry["node"]), str(entry["process"])
        rows.seek(int(entry["offset"]))
        self._keep(batch, rows.read(int(entry["length"])))
        return True

    def _keep(self, batch: MiniBatch, rows: bytes) -> None:
        self._rows.seek(self._end)
        self._rows.write(rows)
        self._rows.flush()
        self._places[batch.index] = (self._end, len(rows))
        entry = batch.render()
        entry.update(offset=self._end, length=len(rows))
        # The rows are there before anything says so.
        self._index.write(json.dumps({key: entry[key] for key in KEPT_KEYS}) + "\n")
        self._index.flush()
        self._end += len(rows)


KEPT_KEYS = ("index", "fingerprint", "returned", "seconds", "node", "process", "offset", "length")


def _read_index(path: str) -> Dict[str, List[Any]]:
    """Entries by content: what lay elsewhere in the input is done as well, and of equals each stands for one."""
    done = {}  # type: Dict[str, List[Any]]
    if not os.path.exists(path):
        return done
    with open(path, encoding="utf-8") as file:
        for line in file:
            try:
                entry = json.loads(line)
            except ValueError:
                break  # The job ended while it wrote this line.
            done.setdefault(entry["fingerprint"], []).append(entry)
    return done
