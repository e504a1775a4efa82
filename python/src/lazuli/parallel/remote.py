"""Node 0 serves its coordinator to the processes of other nodes, one connection a process."""

from __future__ import annotations

import threading
import time
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from typing import Any, Optional

from .coordinator import Assignment, Coordinator, Outcome
from .plan import Place, PlanError

CONNECT_SECONDS_MAX = 600
RETRY_SECONDS = 0.5
HANG_UP_SECONDS_MAX = 60
CALLS = ("count_open", "take", "report", "init_succeeded", "init_failed")


class Service:
    """Listens where the job's nodes look for node 0. Whoever does not know the job's secret is refused."""

    def __init__(self, coordinator: Coordinator, place: Place):
        if not place.secret:
            raise PlanError("A parallel job of several nodes needs a secret that its nodes share.")
        self._coordinator = coordinator
        self._open = 0
        self._changed = threading.Condition()
        self._listener = Listener(("", place.port), "AF_INET", 128, authkey=place.secret)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Once the other nodes have hung up, which they do when their scripts have shut down; or after a grace."""
        with self._changed:
            self._changed.wait_for(lambda: self._open == 0, HANG_UP_SECONDS_MAX)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except (EOFError, ConnectionError, AuthenticationError):
                continue  # Somebody hung up, or did not know the secret.
            except OSError:
                return  # The listener is closed: the job is over.
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Any) -> None:
        self._count(1)
        try:
            _answer(connection, self._coordinator)
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._changed:
            self._open += change
            self._changed.notify_all()


def _answer(connection: Any, coordinator: Coordinator) -> None:
    held = None  # type: Optional[Assignment]
    try:
        while True:
            name, arguments = connection.recv()
            if name not in CALLS:
                return
            result = getattr(coordinator, name)(*arguments)
            if name == "take":
                held = result
                result = _with_rows(result)
            elif name == "report":
                held = None
            connection.send(result)
    except (EOFError, OSError):
        if held is not None:
            coordinator.report(Outcome(held.index, held.attempt, 0, "", 0.0, "The node that worked on it is gone."))
    finally:
        connection.close()


def _with_rows(assignment: Optional[Assignment]) -> Optional[Assignment]:
    """Another node cannot read node 0's files: the rows travel along."""
    if assignment is None or assignment.frame is None:
        return assignment
    with open(assignment.frame, "rb") as file:
        return assignment._replace(frame=file.read())


class RemoteCoordinator:
    """What the coordinator offers, from another node. Not shared between threads."""

    def __init__(self, place: Place):
        self._connection = _connect(place)

    def __getattr__(self, name: str) -> Any:
        if name not in CALLS:
            raise AttributeError(name)
        return lambda *arguments: self._call(name, arguments)

    def close(self) -> None:
        self._connection.close()

    def _call(self, name: str, arguments: Any) -> Any:
        self._connection.send((name, arguments))
        return self._connection.recv()


def _connect(place: Place) -> Any:
    deadline = time.monotonic() + CONNECT_SECONDS_MAX
    while True:
        try:
            return Client((place.address, place.port), "AF_INET", authkey=place.secret)
        except AuthenticationError as error:
            raise PlanError("Node 0 of the job does not know this node: their secrets differ.") from error
        except (OSError, EOFError) as error:
            if time.monotonic() > deadline:
                raise PlanError(
                    "Node 0 of the job does not answer at %s:%d: %s." % (place.address, place.port, error)
                ) from error
            time.sleep(RETRY_SECONDS)
