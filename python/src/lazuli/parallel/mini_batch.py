"""A mini-batch: what it holds, and what has become of it."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

PENDING = "Pending"
RUNNING = "Running"
SUCCEEDED = "Succeeded"
FAILED = "Failed"


class MiniBatch:
    """One call of the user's `run()`.

    index:          position in the input, from 0.
    items:          files or rows in it.
    files:          names relative to the input's folder, or None for a table.
    frame:          path of the pickled rows on node 0, or None for files.
    keys:           values of the partition keys, by key.
    fingerprint:    the same for the same content, so that a resumed job recognises what is done.
    """

    def __init__(
        self,
        index: int,
        items: int,
        fingerprint: str,
        files: Optional[List[str]] = None,
        frame: Optional[str] = None,
        keys: Optional[Dict[str, Any]] = None,
    ):
        self.index = index
        self.items = items
        self.fingerprint = fingerprint
        self.files = files
        self.frame = frame
        self.keys = keys or {}
        self.status = PENDING
        self.tries = 0
        self.node = ""
        self.process = ""
        self.seconds = 0.0
        self.started_at = None  # type: Optional[float]
        self.ended_at = None  # type: Optional[float]
        self.returned = 0
        self.error = ""
        self.is_resumed = False

    def render(self) -> Dict[str, Any]:
        """The row of the table that people and the platform read."""
        return {
            "index": self.index,
            "status": self.status,
            "items": self.items,
            "returned": self.returned,
            "retries": max(0, self.tries - 1),
            "seconds": round(self.seconds, 3),
            "startedAt": self.started_at,
            "endedAt": self.ended_at,
            "node": self.node,
            "process": self.process,
            "partitionKeys": {key: str(value) for key, value in self.keys.items()},
            "resumed": self.is_resumed,
            "error": self.error,
            "fingerprint": self.fingerprint,
        }
