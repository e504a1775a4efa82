"""An answer on its way out, whoever made it."""

from __future__ import annotations

import json
from typing import Any, Iterable, Iterator, List, NamedTuple, Optional, Tuple

JSON_TYPE = "application/json"
HTML_TYPE = "text/html; charset=utf-8"


class Reply(NamedTuple):
    """A status, header fields in order, and the body: whole, or `stream` of chunks when it is made while it is sent."""

    status: int
    headers: List[Tuple[str, str]]
    body: bytes
    stream: Optional[Iterator[bytes]] = None


def json_reply(status: int, value: Any, run_failed: bool = False) -> Reply:
    """`value` as JSON; `None` becomes `{}` as Azure's server answers it. Raises TypeError when it has no JSON form."""
    body = json.dumps({} if value is None else value).encode("utf-8")
    return Reply(status, [("Content-Type", JSON_TYPE), ("x-ms-run-function-failed", str(run_failed))], body)


def error_reply(status: int, message: str, run_failed: bool = False) -> Reply:
    """An error in the one shape that the server has for them."""
    return json_reply(status, {"message": message}, run_failed)


def text_reply(status: int, text: str, headers: Iterable[Tuple[str, str]] = ()) -> Reply:
    """Plain text under the content type that Azure's server gives it."""
    return Reply(status, [("Content-Type", HTML_TYPE), *headers], text.encode("utf-8"))


def is_response(value: Any) -> bool:
    """Whether `run()` returned a response object (ours, Flask's or Werkzeug's) instead of a value."""
    return hasattr(value, "status_code") and hasattr(value, "headers") and callable(getattr(value, "get_data", None))


def response_reply(response: Any) -> Reply:
    """The reply for a response object; a generator behind it is streamed, not collected."""
    headers = [(str(name), str(value)) for name, value in response.headers.items() if name.lower() not in _OURS]
    if response.status_code >= 500:
        headers = [field for field in headers if field[0].lower() != "x-ms-run-function-failed"]
        headers.append(("x-ms-run-function-failed", "True"))
    if getattr(response, "is_streamed", False):
        return Reply(response.status_code, headers, b"", iter(response.iter_encoded()))
    return Reply(response.status_code, headers, response.get_data())


_OURS = ("content-length", "transfer-encoding", "connection")
