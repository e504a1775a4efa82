"""A worker process as its node sees it: started, talked to, and killed when it hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from multiprocessing.connection import Pipe
from typing import Any, Dict, Optional

GRACE_SECONDS = 30.0


class WorkerGone(Exception):
    """The process ended; the message says how."""


class WorkerTimeout(Exception):
    """The process did not answer in time."""


class WorkerProcess:
    """One process with the user's script in it, in a session of its own, so that what it starts ends with it.

    settings:  what `worker.py` needs.
    stdout, stderr: files that the process writes to.
    """

    def __init__(self, settings: Dict[str, Any], stdout: str, stderr: str, variables: Dict[str, str]):
        for path in (stdout, stderr):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        self._connection, theirs = Pipe()
        descriptor = theirs.fileno()
        os.set_inheritable(descriptor, True)
        with open(stdout, "ab") as out, open(stderr, "ab") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-m", "lazuli.parallel.worker", str(descriptor)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=variables,
                pass_fds=[descriptor],
                start_new_session=True,
            )
        theirs.close()
        self._connection.send(settings)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: Any) -> None:
        try:
            self._connection.send(message)
        except OSError as error:
            raise WorkerGone(self._describe_end()) from error

    def receive(self, timeout: float) -> Any:
        """The next message. Raises WorkerTimeout, WorkerGone."""
        try:
            if not self._connection.poll(timeout):
                raise WorkerTimeout()
            return self._connection.recv()
        except (EOFError, OSError) as error:
            raise WorkerGone(self._describe_end()) from error

    def end(self) -> Optional[int]:
        """Lets the script's `shutdown()` run; kills what has not ended after a grace."""
        try:
            self._connection.send(None)
            return self._process.wait(GRACE_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            return None
        finally:
            self.kill()

    def kill(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except OSError:
            pass  # Nothing of it is left.
        self._process.wait()
        self._connection.close()

    def _describe_end(self) -> str:
        try:
            code = self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            return "The process closed its connection without ending."
        if code < 0:
            name = signal.Signals(-code).name
            reason = " Most often the machine ran out of memory." if -code == signal.SIGKILL else ""
            return "The process was ended by signal %s.%s" % (name, reason)
        return "The process ended by itself with exit code %d." % code
