"""Routes and lifetime of the HTTP side, on an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from typing import Dict, List, Optional, Set, Tuple
from urllib.parse import parse_qs

from .connection import Connection, Exchange
from .cors import cors_headers
from .reply import HTML_TYPE, Reply, error_reply, json_reply, text_reply
from .request import Request
from .settings import Settings
from .swagger import Swagger, SwaggerError
from .workers import Call, Workers

REQUEST_ID_CHARACTERS_MAX = 100
CLOSE_TIMEOUT_S = 30.0

_NOT_FOUND = (
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling and "
    "try again."
)
_NOT_ALLOWED = "The method is not allowed for the requested URL."
_METHODS = {
    "/": ("GET", "HEAD", "OPTIONS"),
    "/swagger.json": ("GET", "HEAD", "OPTIONS"),
    "/score": ("GET", "HEAD", "POST", "OPTIONS"),
}

logger = logging.getLogger("azmlinfsrv")


class ScoringServer:
    """Listens once `start` has returned; `stop` answers what is under way and closes."""

    def __init__(self, settings: Settings, workers: Workers, swagger: Swagger):
        self._settings = settings
        self._workers = workers
        self._swagger = swagger
        self._loop = asyncio.new_event_loop()
        self._connections: Set[Connection] = set()
        self._listener: Optional[asyncio.AbstractServer] = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="http", daemon=True)

    def start(self) -> int:
        """Listen and answer the port. Raises OSError when the port is taken."""
        self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def stop(self) -> None:
        """Accept nothing more, let requests under way end, then return; waits at most CLOSE_TIMEOUT_S."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(CLOSE_TIMEOUT_S + 1)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(1)

    async def _listen(self) -> int:
        self._listener = await self._loop.create_server(self._accept, self._settings.host, self._settings.port)
        return self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        for connection in self._connections:
            connection.close_when_idle()
        ends_at = self._loop.time() + CLOSE_TIMEOUT_S
        while any(connection.is_busy for connection in self._connections) and self._loop.time() < ends_at:
            await asyncio.sleep(0.01)

    def _accept(self) -> Connection:
        return Connection(self._handle, self._settings.body_bytes_max, self._loop, self._connections)

    def _handle(self, request: Request, exchange: Exchange) -> None:
        methods = _METHODS.get(request.path)
        if methods is None:
            exchange.finish_here(error_reply(404, _NOT_FOUND))
        elif request.method not in methods:
            exchange.finish_here(error_reply(405, _NOT_ALLOWED))
        else:
            self._route(_Answering(self._settings, request), request, exchange)

    def _route(self, answering: "_Answering", request: Request, exchange: Exchange) -> None:
        refusal = answering.refusal
        if refusal is not None:
            exchange.finish_here(answering.complete(refusal))
        elif request.path == "/":
            reply = text_reply(200, "Healthy")
            if request.method == "OPTIONS":
                reply = text_reply(200, "", [("Allow", "GET, HEAD, OPTIONS")])
            exchange.finish_here(answering.complete(reply))
        elif request.path == "/swagger.json":
            exchange.finish_here(answering.complete(self._describe(request), logs=True))
        elif request.method in ("GET", "POST"):
            self._score(answering, request, exchange)
        else:
            is_options = request.method == "OPTIONS"
            reply = _EMPTY if is_options else error_reply(405, "Method not allowed")
            exchange.finish_here(answering.complete(Reply(reply.status, [*reply.headers], reply.body), logs=True))

    def _describe(self, request: Request) -> Reply:
        version = parse_qs(request.query).get("version", ["2"])[0]
        try:
            return json_reply(200, self._swagger.find(version))
        except SwaggerError as error:
            return error_reply(404, str(error))

    def _score(self, answering: "_Answering", request: Request, exchange: Exchange) -> None:
        call = Call(request, lambda reply: exchange.finish(answering.complete(reply, logs=True)))
        exchange.on_abandon = call.abandon
        if not self._workers.submit(call):
            exchange.finish_here(answering.complete(error_reply(503, "Too many requests are waiting already."), logs=True))


class _Answering:
    """What every answer to one request carries besides its own content: ids, version, origin headers, a log line.

    refusal: the answer for a request whose ids cannot be echoed; `None` for a good one.
    """

    def __init__(self, settings: Settings, request: Request):
        self._settings = settings
        self._request = request
        self._started = time.perf_counter()
        self._ids: List[Tuple[str, str]] = []
        self.refusal = self._read_ids(request.headers)

    def _read_ids(self, headers: Dict[str, str]) -> Optional[Reply]:
        request_id = headers.get("x-request-id") or str(uuid.uuid4())
        if len(request_id) > REQUEST_ID_CHARACTERS_MAX:
            return error_reply(431, f"x-request-id must not exceed {REQUEST_ID_CHARACTERS_MAX} characters")
        self._ids.append(("x-request-id", request_id))
        legacy, client = headers.get("x-ms-request-id", ""), headers.get("x-ms-client-request-id", "")
        # Callers still send their own id under the name that is meant for ours.
        client = client or legacy
        legacy = legacy or client or request_id
        if max(len(legacy), len(client)) > REQUEST_ID_CHARACTERS_MAX:
            names = "x-ms-request-id and x-ms-client-request-id"
            return error_reply(431, f"{names} must not exceed {REQUEST_ID_CHARACTERS_MAX} characters")
        self._ids.append(("x-ms-request-id", legacy))
        if client:
            self._ids.append(("x-ms-client-request-id", client))
        return None

    def complete(self, reply: Reply, logs: bool = False) -> Reply:
        """Add the headers in place and log; the same reply comes back."""
        version = self._settings.server_version
        own = {name.lower() for name, _ in self._ids}
        reply.headers[:] = [field for field in reply.headers if field[0].lower() not in own]
        if version:
            reply.headers.append(("x-ms-server-version", version))
        reply.headers.extend(self._ids)
        trace = self._request.headers.get("traceid")
        if trace is not None:
            reply.headers.append(("TraceId", trace))
        reply.headers.extend(cors_headers(self._settings.cors_origins, self._request))
        if logs:
            self._log(reply)
        return reply

    def _log(self, reply: Reply) -> None:
        request = self._request
        path = f"{request.path}?{request.query}" if request.query else request.path
        took_ms = (time.perf_counter() - self._started) * 1000
        size = len(reply.body) if reply.stream is None else "N/A"
        logger.info("%s %s %s %.3fms %s", request.method, path, reply.status, took_ms, size)


_EMPTY = Reply(200, [("Content-Type", HTML_TYPE), ("x-ms-run-function-failed", "False")], b"")
