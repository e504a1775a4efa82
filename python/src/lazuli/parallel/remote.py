"""Node 0 serves its coordinator to the processes of other nodes, one connection a process."""

from __future__ import annotations

import threading
import time
from multiprocessing.connection import Client, Listener
from typing import Any, Optional

from .coordinator import Assignment, Coordinator, Outcome
from .plan import Place, PlanError

CONNECT_SECONDS_MAX = 600
RETRY_SECONDS = 0.5
CALLS = ("count_open", "take", "report", "init_succeeded", "init_failed")


def serve(coordinator: Coordinator, place: Place) -> Listener:
    """Listens where the job's nodes look for node 0. Whoever does not know the job's secret is refused."""
    if not place.secret:
        raise PlanError("A parallel job of several nodes needs a secret that its nodes share.")
    listener = Listener(("", place.port), "AF_INET", 128, authkey=place.secret)
    threading.Thread(target=_accept, args=(listener, coordinator), daemon=True).start()
    return listener


def _accept(listener: Listener, coordinator: Coordinator) -> None:
    while True:
        try:
            connection = listener.accept()
        except EOFError:
            continue  # Somebody hung up or did not know the secret.
        except OSError:
            return  # The listener is closed: the job is over.
        except Exception:  # AuthenticationError: a stranger.
            continue
        threading.Thread(target=_answer, args=(connection, coordinator), daemon=True).start()


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
        except (OSError, EOFError) as error:
            if time.monotonic() > deadline:
                raise PlanError(
                    "Node 0 of the job does not answer at %s:%d: %s." % (place.address, place.port, error)
                ) from error
            time.sleep(RETRY_SECONDS)
