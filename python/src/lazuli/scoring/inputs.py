"""From a request to the arguments of `run()`, in the three ways that Azure's server knows."""

from __future__ import annotations

import inspect
import json
from typing import Any, Callable, Dict, List, Sequence
from urllib.parse import parse_qsl

from .request import Request

_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class InputError(Exception):
    """The caller's mistake; `status` and the message are the answer."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


Inputs = Callable[[Request], Dict[str, Any]]


def text_inputs(name: str) -> Inputs:
    """An undecorated `run(data)`: the body as text, or the query string as JSON text."""

    def read(request: Request) -> Dict[str, Any]:
        if request.method == "GET":
            return {name: json.dumps(_query_values(request.query))}
        body = b"" if request.mimetype in _FORM_TYPES else request.body
        try:
            return {name: str(body, "utf-8")}
        except UnicodeDecodeError as error:
            raise InputError(400, f"Input cannot be decoded as UTF-8: {error}") from None

    return read


def object_inputs(parameters: Sequence[inspect.Parameter]) -> Inputs:
    """A `run()` with a schema: the members of a JSON object by parameter name."""

    def read(request: Request) -> Dict[str, Any]:
        values = _query_values(request.query) if request.method == "GET" else _json_object(request)
        return _pick(parameters, values)

    return read


def raw_inputs(name: str, make_request: Callable[[Request], Any]) -> Inputs:
    """A `run()` marked `@rawhttp`: the request itself."""

    def read(request: Request) -> Dict[str, Any]:
        return {name: make_request(request)}

    return read


def _json_object(request: Request) -> Dict[str, Any]:
    mimetype = request.mimetype
    if mimetype != "application/json" and not (mimetype.startswith("application/") and mimetype.endswith("+json")):
        raise InputError(415, "Expects Content-Type to be application/json")
    if not request.body:
        raise InputError(400, "POST body is empty. Expecting a JSON dictionary.")
    try:
        value = json.loads(request.body)
    except ValueError as error:
        raise InputError(400, f"POST body could not be decoded as JSON: {error}") from None
    if not isinstance(value, dict):
        raise InputError(400, "POST body should be a JSON dictionary.")
    return value


def _pick(parameters: Sequence[inspect.Parameter], values: Dict[str, Any]) -> Dict[str, Any]:
    picked: Dict[str, Any] = {}
    for parameter in parameters:
        value = values.get(parameter.name, parameter.default)
        if value is inspect.Parameter.empty:
            raise InputError(400, f"A value is not provided for the {parameter.name!r} parameter.")
        picked[parameter.name] = value
    return picked


def _query_values(query: str) -> Dict[str, Any]:
    """`a=1&b=[1,2]&c=x` as `{"a": 1, "b": [1, 2], "c": "x"}`; a name that repeats makes a list."""
    found: Dict[str, List[Any]] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        found.setdefault(name, []).append(_json_or_text(text))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
