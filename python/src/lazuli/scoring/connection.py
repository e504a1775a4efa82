"""One HTTP/1.1 connection: requests in, replies out, one write a reply."""

from __future__ import annotations

import asyncio
import threading
from typing import Callable, Iterator, List, Optional, Set, Tuple

from .http_message import HEAD_BYTES_MAX, BadMessage, ChunkedBody, RequestHead, parse_head, render_head
from .reply import Reply, error_reply
from .request import Request

REQUEST_TIMEOUT_S = 60.0
BUFFER_BYTES_MAX = 256 * 1024

Handle = Callable[[Request, "Exchange"], None]


class Exchange:
    """One request and the way back to its caller; `finish` may come from any thread, once."""

    __slots__ = ("_connection", "_loop", "on_abandon")

    def __init__(self, connection: "Connection", loop: asyncio.AbstractEventLoop):
        self._connection = connection
        self._loop = loop
        self.on_abandon: Optional[Callable[[], None]] = None

    def finish_here(self, reply: Reply) -> None:
        """Send a whole reply from the loop's own thread."""
        self._connection.send(reply)

    def finish(self, reply: Reply) -> None:
        """Send the reply from another thread. A stream is read in that thread, at the pace of the caller's network."""
        if reply.stream is None:
            self._loop.call_soon_threadsafe(self._connection.send, reply)
        else:
            self._stream(reply, reply.stream)

    def _stream(self, reply: Reply, stream: Iterator[bytes]) -> None:
        connection, call = self._connection, self._loop.call_soon_threadsafe
        call(connection.start_stream, reply)
        try:
            for chunk in stream:
                if not connection.wait_writable():
                    break
                if chunk:
                    call(connection.send_chunk, chunk)
        except Exception:
            # The status is sent already; cutting the message short is how HTTP says that it failed.
            call(connection.abort)
            raise
        finally:
            close = getattr(stream, "close", None)
            if close is not None:
                close()
        call(connection.end_stream)


class Connection(asyncio.Protocol):
    """Parses requests one after another and hands each to `handle` when the one before is answered."""

    def __init__(
        self,
        handle: Handle,
        body_bytes_max: int,
        loop: asyncio.AbstractEventLoop,
        connections: Set["Connection"],
    ):
        self._handle = handle
        self._body_bytes_max = body_bytes_max
        self._loop = loop
        self._connections = connections
        self._transport: Optional[asyncio.Transport] = None
        self._buffer = bytearray()
        self._head: Optional[RequestHead] = None
        self._chunked: Optional[ChunkedBody] = None
        self._exchange: Optional[Exchange] = None
        self._is_advancing = False
        self._is_reading_paused = False
        self._timer: Optional[asyncio.TimerHandle] = None
        self._is_writable = threading.Event()
        self._is_writable.set()
        self.is_closing = False

    @property
    def is_busy(self) -> bool:
        return self._exchange is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connections.add(self)

    def connection_lost(self, error: Optional[Exception]) -> None:
        self._transport = None
        self._connections.discard(self)
        self._stop_timer()
        self._is_writable.set()
        if self._exchange is not None and self._exchange.on_abandon is not None:
            self._exchange.on_abandon()

    def pause_writing(self) -> None:
        self._is_writable.clear()

    def resume_writing(self) -> None:
        self._is_writable.set()

    def wait_writable(self) -> bool:
        """Wait in a worker thread until the caller takes more; `False` when the caller is gone."""
        self._is_writable.wait()
        return self._transport is not None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._exchange is not None:
            self._limit_reading()
        else:
            self._advance()

    def close_when_idle(self) -> None:
        """Close now, or after the request under way."""
        self.is_closing = True
        if self._exchange is None and self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def send(self, reply: Reply) -> None:
        """Write a whole reply at once and go on to the next request."""
        transport = self._transport
        if transport is not None:
            body = b"" if self._head is not None and self._head.method == "HEAD" else reply.body
            fields = [*reply.headers, ("Content-Length", str(len(reply.body)))]
            transport.write(self._render_head(reply.status, fields) + body)
        self._end_exchange()

    def start_stream(self, reply: Reply) -> None:
        if self._transport is not None:
            self._transport.write(self._render_head(reply.status, [*reply.headers, ("Transfer-Encoding", "chunked")]))

    def send_chunk(self, chunk: bytes) -> None:
        if self._transport is not None:
            self._transport.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))

    def end_stream(self) -> None:
        if self._transport is not None:
            self._transport.write(b"0\r\n\r\n")
        self._end_exchange()

    def _render_head(self, status: int, fields: List[Tuple[str, str]]) -> bytes:
        if not self._keeps_alive():
            fields.append(("Connection", "close"))
        try:
            return render_head(status, fields)
        except ValueError:
            return render_head(500, [field for field in fields if field[0] in ("Content-Length", "Transfer-Encoding")])

    def _keeps_alive(self) -> bool:
        return self._head is not None and self._head.keeps_alive and not self.is_closing

    def _end_exchange(self) -> None:
        if not self._keeps_alive() and self._transport is not None:
            self._transport.close()
            self._transport = None
        self._exchange = None
        self._head = None
        self._chunked = None
        if self._transport is None:
            return
        if self._is_reading_paused:
            self._is_reading_paused = False
            self._transport.resume_reading()
        self._advance()

    def _limit_reading(self) -> None:
        if len(self._buffer) > BUFFER_BYTES_MAX and not self._is_reading_paused and self._transport is not None:
            self._is_reading_paused = True
            self._transport.pause_reading()

    def _advance(self) -> None:
        """Handle every whole request in the buffer; replies that come at once do not recurse into here."""
        if self._is_advancing:
            return
        self._is_advancing = True
        try:
            while self._exchange is None and self._transport is not None:
                request = self._next_request()
                if request is None:
                    break
                self._stop_timer()
                self._exchange = Exchange(self, self._loop)
                self._handle(request, self._exchange)
        except BadMessage as error:
            self._refuse(error)
        finally:
            self._is_advancing = False
        if self._buffer or self._head is not None:
            self._start_timer()

    def _next_request(self) -> Optional[Request]:
        if self._head is None and not self._take_head():
            return None
        head = self._head
        assert head is not None
        if self._chunked is not None:
            self._chunked.feed(self._buffer)
            return Request(head, bytes(self._chunked.content)) if self._chunked.is_complete else None
        length = head.length or 0
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return Request(head, body)

    def _take_head(self) -> bool:
        while self._buffer.startswith(b"\r\n"):
            del self._buffer[:2]
        end = self._buffer.find(b"\r\n\r\n", 0, HEAD_BYTES_MAX)
        if end < 0:
            if len(self._buffer) >= HEAD_BYTES_MAX:
                raise BadMessage(431, f"The request head is larger than {HEAD_BYTES_MAX} bytes.")
            return False
        head = parse_head(bytes(self._buffer[:end]))
        if head.length is not None and head.length > self._body_bytes_max:
            raise BadMessage(413, f"The body is larger than {self._body_bytes_max} bytes.")
        del self._buffer[: end + 4]
        self._head = head
        self._chunked = ChunkedBody(self._body_bytes_max) if head.length is None else None
        if head.expects_continue and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _refuse(self, error: BadMessage) -> None:
        self.is_closing = True
        self._buffer.clear()
        self.send(error_reply(error.status, str(error)))

    def _start_timer(self) -> None:
        if self._timer is None and self._exchange is None and self._transport is not None:
            self._timer = self._loop.call_later(REQUEST_TIMEOUT_S, self._time_out)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_out(self) -> None:
        self._timer = None
        if self._exchange is None:
            self._refuse(BadMessage(408, f"The request did not arrive within {REQUEST_TIMEOUT_S:.0f} seconds."))
