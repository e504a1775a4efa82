"""HTTP/1.1 messages: a strict request parser and a renderer of replies, both without IO.

The parser refuses what servers in a row could read in two ways (RFC 9112 section 11): both lengths at once, repeated or
signed lengths, folded lines, bare line feeds, spaces before a colon, other codings than `chunked`.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Dict, Iterable, List, NamedTuple, Optional, Tuple

HEAD_BYTES_MAX = 64 * 1024
HEADERS_MAX = 100
CHUNK_LINE_BYTES_MAX = 1024

_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) ([\x21-\x7e]+) HTTP/1\.([01])")
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*((?:[\x21-\x7e\x80-\xff](?:[\x20-\x7e\t\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)[ \t]*")
_LENGTH = re.compile(r"[0-9]{1,15}")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[\x20-\x7e\t]*)?")


class BadMessage(Exception):
    """The bytes are no request that this server takes; `status` is the answer, after which the connection closes."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


class RequestHead(NamedTuple):
    """A parsed request head.

    headers: names in lower case; repeated fields joined by a comma.
    length:  bytes of the body, or `None` when it comes in chunks.
    """

    method: str
    target: str
    headers: Dict[str, str]
    length: Optional[int]
    keeps_alive: bool
    expects_continue: bool


def parse_head(head: bytes) -> RequestHead:
    """Parse everything up to the empty line, without it. Raises BadMessage."""
    lines = head.split(b"\r\n")
    match = _REQUEST_LINE.fullmatch(lines[0])
    if match is None:
        raise BadMessage(400, "The request line is malformed.")
    target = match.group(2).decode("ascii")
    if not target.startswith("/"):
        raise BadMessage(400, "The request target must be a path.")
    headers = _parse_headers(lines[1:])
    is_current = match.group(3) == b"1"
    if is_current and "host" not in headers:
        raise BadMessage(400, "The Host header is missing.")
    connection = headers.get("connection", "").lower()
    tokens = [token.strip() for token in connection.split(",")]
    return RequestHead(
        method=match.group(1).decode("ascii"),
        target=target,
        headers=headers,
        length=_body_length(headers, is_current),
        keeps_alive="close" not in tokens if is_current else "keep-alive" in tokens,
        expects_continue=is_current and headers.get("expect", "").lower() == "100-continue",
    )


def _parse_headers(lines: List[bytes]) -> Dict[str, str]:
    if len(lines) > HEADERS_MAX:
        raise BadMessage(431, f"The request has more than {HEADERS_MAX} headers.")
    headers: Dict[str, str] = {}
    for line in lines:
        match = _HEADER.fullmatch(line)
        if match is None:
            raise BadMessage(400, "A header line is malformed.")
        name = match.group(1).decode("ascii").lower()
        value = match.group(2).decode("latin-1")
        if name not in headers:
            headers[name] = value
        elif name in ("content-length", "host", "transfer-encoding"):
            raise BadMessage(400, f"The header '{name}' appears twice.")
        else:
            headers[name] = f"{headers[name]},{value}"
    return headers


def _body_length(headers: Dict[str, str], is_current: bool) -> Optional[int]:
    coding = headers.get("transfer-encoding")
    length = headers.get("content-length")
    if coding is not None:
        if length is not None or not is_current:
            raise BadMessage(400, "The length of the body is stated in two ways.")
        if coding.lower() != "chunked":
            raise BadMessage(501, f"The transfer coding '{coding}' is not supported.")
        return None
    if length is None:
        return 0
    if _LENGTH.fullmatch(length) is None:
        raise BadMessage(400, "Content-Length is not a number.")
    return int(length)


class ChunkedBody:
    """Takes a chunked body apart; feed it the connection's buffer until `is_complete`."""

    def __init__(self, bytes_max: int):
        self._bytes_max = bytes_max
        self._left = -1
        self._is_trailer = False
        self.content = bytearray()
        self.is_complete = False

    def feed(self, buffer: bytearray) -> None:
        """Consume from the front of `buffer` what belongs to this body. Raises BadMessage."""
        while not self.is_complete and self._step(buffer):
            pass

    def _step(self, buffer: bytearray) -> bool:
        if self._left > 0:
            return self._take_content(buffer)
        end = buffer.find(b"\r\n", 0, CHUNK_LINE_BYTES_MAX)
        if end < 0:
            if len(buffer) >= CHUNK_LINE_BYTES_MAX:
                raise BadMessage(400, "A chunk's head is too long.")
            return False
        line = bytes(buffer[:end])
        del buffer[: end + 2]
        if self._is_trailer:
            self.is_complete = line == b""
        elif self._left == 0:
            if line != b"":
                raise BadMessage(400, "A chunk is longer than it says.")
            self._left = -1
        else:
            self._start_chunk(line)
        return True

    def _take_content(self, buffer: bytearray) -> bool:
        taken = min(self._left, len(buffer))
        self.content += buffer[:taken]
        del buffer[:taken]
        self._left -= taken
        return self._left == 0

    def _start_chunk(self, line: bytes) -> None:
        match = _CHUNK_SIZE.fullmatch(line)
        if match is None:
            raise BadMessage(400, "A chunk's size is malformed.")
        size = int(match.group(1), 16)
        if len(self.content) + size > self._bytes_max:
            raise BadMessage(413, f"The body is larger than {self._bytes_max} bytes.")
        if size == 0:
            self._is_trailer = True
        else:
            self._left = size


def render_head(status: int, headers: Iterable[Tuple[str, str]]) -> bytes:
    """The reply's head with its empty line. Raises ValueError for a header that would break the message."""
    lines = [f"HTTP/1.1 {status} {_reason(status)}"]
    for name, value in headers:
        if "\r" in value or "\n" in value or "\r" in name or "\n" in name or ":" in name:
            raise ValueError(f"The header '{name!r}' contains a line break or colon.")
        lines.append(f"{name}: {value}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
