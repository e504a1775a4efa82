"""Runs the user's `run()`: in the main thread first of all, and in more threads where several may run at once.

Azure runs scripts in the main thread of a process of their own, and some of them count on it (signal handlers, GPU
libraries, event loops). So the main thread belongs to the script, and HTTP lives elsewhere.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import queue
import signal
import threading
import time
import traceback
from typing import Any, Callable, Optional

from .inputs import InputError
from .reply import Reply, error_reply, is_response, json_reply, response_reply
from .request import Request
from .user_script import UserScript

PENDING_CALLS_MAX = 1000

_RUN_FAILED = "An unexpected error occurred in scoring script. Check the logs for more info."
_INTERNAL = "An unexpected internal error occurred. Check the logs for more info."

logger = logging.getLogger("azmlinfsrv")


class Call:
    """One request on its way through `run()`.

    finish:       called with the reply, from whatever thread made it.
    is_abandoned: set when nobody waits for the reply any more; a call that has not begun is then dropped.
    """

    __slots__ = ("request", "finish", "is_abandoned")

    def __init__(self, request: Request, finish: Callable[[Reply], None]):
        self.request = request
        self.finish = finish
        self.is_abandoned = False

    def abandon(self) -> None:
        self.is_abandoned = True


class Workers:
    """A queue of calls and the threads that take from it; `serve` lends it the calling thread.

    concurrency: how many calls may be under way at once.
    timeout_ms:  how long one may take before it is answered as failed and interrupted.
    """

    def __init__(self, script: UserScript, concurrency: int, timeout_ms: int):
        self._script = script
        self._concurrency = concurrency
        self._timeout_ms = timeout_ms
        self._calls: "queue.SimpleQueue[Optional[Call]]" = queue.SimpleQueue()
        self._async = _AsyncRunner(self) if script.is_async else None

    def submit(self, call: Call) -> bool:
        """Take a call; `False` when too many wait already."""
        if self._async is not None:
            return self._async.submit(call)
        if self._calls.qsize() >= PENDING_CALLS_MAX:
            return False
        self._calls.put(call)
        return True

    def init(self) -> None:
        """Call the user's `init()` in the calling thread; whatever it raises passes through."""
        started = self._script.init()
        if asyncio.iscoroutine(started):
            (self._async.loop if self._async is not None else asyncio.new_event_loop()).run_until_complete(started)

    def serve(self) -> None:
        """Carry out calls in the calling (main) thread until `stop`; the calls already taken are finished first."""
        if self._async is not None:
            self._async.serve()
            return
        for number in range(1, self._concurrency):
            threading.Thread(target=self._take_calls, name=f"run-{number}", daemon=True).start()
        self._take_calls()

    def stop(self) -> None:
        """Have every thread end after its present call. Safe inside a signal handler."""
        if self._async is not None:
            self._async.stop()
        for _ in range(self._concurrency):
            self._calls.put(None)

    def _take_calls(self) -> None:
        deadline = _deadline(self._timeout_ms)
        while True:
            try:
                call = self._calls.get()
                if call is None:
                    return
                if not call.is_abandoned:
                    call.finish(self._answer(call.request, deadline))
            except TimeoutError:
                # A deadline that passed in the instant after its call ended.
                continue

    def _answer(self, request: Request, deadline: "_Deadline") -> Reply:
        try:
            arguments = self._script.arguments(request)
            started = time.perf_counter()
            with deadline:
                output = self._script.run(**arguments)
            return render(output, started)
        except InputError as error:
            return error_reply(error.status, str(error))
        except BaseException as error:
            return self.failed(error)

    async def answer_async(self, request: Request) -> Reply:
        """The same for a `run` that is a coroutine."""
        try:
            arguments = self._script.arguments(request)
            started = time.perf_counter()
            output = await asyncio.wait_for(self._script.run(**arguments), self._timeout_ms / 1000)
            return render(output, started)
        except InputError as error:
            return error_reply(error.status, str(error))
        except asyncio.TimeoutError as error:
            return self.failed(TimeoutError(str(error)))
        except Exception as error:
            return self.failed(error)

    def failed(self, error: BaseException) -> Reply:
        """Log what `run()` raised and make the answer for it."""
        logger.error("Encountered Exception: %s", _traceback(error))
        if isinstance(error, TimeoutError):
            return error_reply(500, f"Scoring timeout after {self._timeout_ms} ms", run_failed=True)
        return error_reply(500, _RUN_FAILED, run_failed=True)

    @property
    def concurrency(self) -> int:
        return self._concurrency


def render(output: Any, started: float) -> Reply:
    """What `run()` returned as a reply; something without a JSON form is the server's error, as in Azure."""
    elapsed_ms = (time.perf_counter() - started) * 1000
    try:
        reply = response_reply(output) if is_response(output) else json_reply(200, output)
    except Exception as error:
        logger.error("Encountered Exception: %s", _traceback(error))
        return error_reply(500, _INTERNAL)
    reply.headers.append(("x-ms-run-fn-exec-ms", f"{elapsed_ms:.3f}"))
    return reply


class _AsyncRunner:
    """Runs coroutines of the script on a loop in the main thread."""

    def __init__(self, workers: Workers):
        self._workers = workers
        self._waiting = 0
        self._gate: Optional[asyncio.Semaphore] = None
        self.loop = asyncio.new_event_loop()

    def submit(self, call: Call) -> bool:
        if self._waiting >= PENDING_CALLS_MAX:
            return False
        self._waiting += 1
        self.loop.call_soon_threadsafe(self._start, call)
        return True

    def _start(self, call: Call) -> None:
        self.loop.create_task(self._carry_out(call))

    async def _carry_out(self, call: Call) -> None:
        if self._gate is None:
            self._gate = asyncio.Semaphore(self._workers.concurrency)
        async with self._gate:
            self._waiting -= 1
            if not call.is_abandoned:
                call.finish(await self._workers.answer_async(call.request))

    def serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        left = asyncio.all_tasks(self.loop)
        if left:
            self.loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)


class _Deadline:
    """Raises TimeoutError in the thread that entered it once the time is up."""

    def __enter__(self) -> None:
        raise NotImplementedError

    def __exit__(self, *_: Any) -> None:
        raise NotImplementedError


class _AlarmDeadline(_Deadline):
    """For the main thread: a signal also ends system calls that wait."""

    def __init__(self, timeout_ms: int):
        self._seconds = timeout_ms / 1000
        self._is_armed = False
        signal.signal(signal.SIGALRM, self._ring)

    def _ring(self, *_: Any) -> None:
        if self._is_armed:
            raise TimeoutError

    def __enter__(self) -> None:
        self._is_armed = True
        signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def __exit__(self, *_: Any) -> None:
        self._is_armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)


class _ThreadDeadline(_Deadline):
    """For other threads: a watchdog looks at the clock, and the exception arrives when Python code runs next."""

    def __init__(self, timeout_ms: int):
        self._seconds = timeout_ms / 1000
        self._thread = ctypes.c_ulong(threading.get_ident())
        self._lock = threading.Lock()
        self._ends_at: Optional[float] = None
        self._has_rung = False
        threading.Thread(target=self._watch, name="deadline", daemon=True).start()

    def __enter__(self) -> None:
        self._has_rung = False
        self._ends_at = time.monotonic() + self._seconds

    def __exit__(self, kind: Any, *_: Any) -> None:
        with self._lock:
            self._ends_at = None
        if self._has_rung and kind is None:
            raise TimeoutError

    def _watch(self) -> None:
        pause_s = min(1.0, max(0.01, self._seconds / 10))
        while True:
            time.sleep(pause_s)
            with self._lock:
                if self._ends_at is None or time.monotonic() < self._ends_at:
                    continue
                self._ends_at = None
                self._has_rung = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, ctypes.py_object(TimeoutError))


def _deadline(timeout_ms: int) -> _Deadline:
    is_main = threading.current_thread() is threading.main_thread()
    return _AlarmDeadline(timeout_ms) if is_main else _ThreadDeadline(timeout_ms)


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))
