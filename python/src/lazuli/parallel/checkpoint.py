"""What a job has done, kept with its logs, so that a job that resumes it does the rest only."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any, Dict, List

from .job_logs import FOLDER, TABLE_FILE
from .mini_batch import SUCCEEDED, MiniBatch

ROWS_FOLDER = os.path.join(FOLDER, "sys", "checkpoint")


class Checkpoint:
    """Rows that mini-batches returned, a file each, named by the mini-batch's content."""

    def __init__(self) -> None:
        os.makedirs(ROWS_FOLDER, exist_ok=True)

    def keep(self, batch: MiniBatch, rows: str) -> None:
        if rows:
            with open(_rows_file(ROWS_FOLDER, batch), "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(rows)

    def resume(self, batches: List[MiniBatch], folder: str) -> int:
        """Marks as done what the job whose artifacts lie in `folder` has done; answers how many those are."""
        done = _read_done(os.path.join(folder, TABLE_FILE))
        count = 0
        for batch in batches:
            row = done.get(batch.fingerprint)
            if row is None:
                continue
            batch.status, batch.is_resumed = SUCCEEDED, True
            batch.returned, batch.seconds = int(row["returned"]), float(row["seconds"])
            batch.node, batch.process = str(row["node"]), str(row["process"])
            kept = _rows_file(os.path.join(folder, ROWS_FOLDER), batch)
            if os.path.exists(kept):
                shutil.copyfile(kept, _rows_file(ROWS_FOLDER, batch))
            count += 1
        return count

    def write_output(self, batches: List[MiniBatch], path: str) -> None:
        """All rows in the order of the input, whichever mini-batch was done first."""
        target = os.path.join(path, "parallel_run_step.txt") if os.path.isdir(path) else path
        os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
        with open(target, "wb") as output:
            for batch in batches:
                rows = _rows_file(ROWS_FOLDER, batch)
                if batch.status == SUCCEEDED and os.path.exists(rows):
                    with open(rows, "rb") as file:
                        shutil.copyfileobj(file, output)


def _read_done(table: str) -> Dict[str, Any]:
    try:
        with open(table, encoding="utf-8") as file:
            rows = json.load(file)["miniBatches"]
    except (OSError, ValueError, KeyError):
        return {}
    return {row["fingerprint"]: row for row in rows if row["status"] == SUCCEEDED}


def _rows_file(folder: str, batch: MiniBatch) -> str:
    # Two mini-batches may hold the same; the position tells them apart.
    return os.path.join(folder, "%06d-%s.txt" % (batch.index, batch.fingerprint[:16]))
