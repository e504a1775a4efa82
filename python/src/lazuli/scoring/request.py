"""A received request, before anybody has made sense of its body."""

from __future__ import annotations

from typing import Dict
from urllib.parse import unquote

from .http_message import RequestHead


class Request:
    """What the routes and the input readers look at.

    headers: names in lower case.
    """

    __slots__ = ("method", "path", "query", "headers", "body")

    def __init__(self, head: RequestHead, body: bytes):
        path, _, query = head.target.partition("?")
        self.method = head.method
        self.path = unquote(path) if "%" in path else path
        self.query = query
        self.headers: Dict[str, str] = head.headers
        self.body = body

    @property
    def mimetype(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def title_headers(self) -> Dict[str, str]:
        """Header fields under the names that `run(..., request_headers)` sees: `Content-Type`."""
        return {name.title(): value for name, value in self.headers.items()}
