"""`@rawhttp`, `AMLRequest` and `AMLResponse` for scripts that want the request itself.

Where the environment has Flask, a script gets Flask's own request, as it does in Azure; otherwise one with the members
that scripts use. The decorator of Azure's own packages is recognised too, wherever those are installed.
"""

from __future__ import annotations

import functools
import io
import json
import sys
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple
from urllib.parse import parse_qsl

from .request import Request

_rawHttpRequested = False  # Azure's name for it, in the modules that stand in for Azure's.
_AZURE_MODULES = ("azureml_inference_server_http.api.aml_request", "azureml.contrib.services.aml_request")


def rawhttp(func: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: `run` gets the request object and may return an `AMLResponse`."""
    global _rawHttpRequested
    _rawHttpRequested = True
    return func


def is_requested() -> bool:
    """Whether a loaded script used `@rawhttp`, ours or that of an installed Azure package."""
    modules = [sys.modules.get(name) for name in _AZURE_MODULES]
    return _rawHttpRequested or any(getattr(module, "_rawHttpRequested", False) for module in modules)


def make_request(request: Request) -> Any:
    """The object that a raw `run` is called with."""
    flask = _find_flask()
    return AMLRequest(request) if flask is None else flask.Request(_wsgi_environ(request))


@functools.lru_cache(maxsize=None)
def _find_flask() -> Any:
    try:
        import flask
    except ImportError:
        return None
    return flask


def _wsgi_environ(request: Request) -> Dict[str, Any]:
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    host, _, port = request.headers.get("host", "localhost").partition(":")
    return {
        **environ,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "SERVER_NAME": host,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


class Fields(Dict[str, str]):
    """A mapping of text that may hold several values for a name; `[]` gives the first."""

    def __init__(self, pairs: List[Tuple[str, str]], ignores_case: bool = False):
        self._fold = str.lower if ignores_case else str
        self._lists: Dict[str, List[str]] = {}
        for name, value in pairs:
            self._lists.setdefault(self._fold(name), []).append(value)
            self.setdefault(name, value)

    def __getitem__(self, name: str) -> str:
        return self._lists[self._fold(name)][0]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._fold(name) in self._lists

    def get(self, name: str, default: Optional[str] = None) -> Optional[str]:  # type: ignore[override]
        values = self._lists.get(self._fold(name))
        return values[0] if values else default

    def getlist(self, name: str) -> List[str]:
        """Every value of `name`, in the order they came."""
        return list(self._lists.get(self._fold(name), []))


class UploadedFile:
    """A file of a multipart body: `filename`, `content_type`, and a `stream` to read."""

    def __init__(self, filename: str, content_type: str, content: bytes):
        self.filename = filename
        self.content_type = content_type
        self.stream = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self.stream.read(size)

    def save(self, path: str) -> None:
        with open(path, "wb") as file:
            file.write(self.stream.getvalue())


class AMLRequest:
    """The request as a raw `run` sees it; names as in Flask."""

    def __init__(self, request: Request):
        self.method = request.method
        self.path = request.path
        self.query_string = request.query.encode("latin-1")
        self.full_path = f"{request.path}?{request.query}"
        self.url = f"http://{request.headers.get('host', 'localhost')}{request.path}"
        self.headers = Fields([(name.title(), value) for name, value in request.headers.items()], ignores_case=True)
        self.args = Fields(parse_qsl(request.query, keep_blank_values=True))
        self.content_type = request.headers.get("content-type")
        self.mimetype = request.mimetype
        self.content_length = len(request.body)
        self._body = request.body
        self._multipart: Optional[Tuple[List[Tuple[str, str]], Dict[str, UploadedFile]]] = None

    @property
    def data(self) -> bytes:
        """The body, empty where it is a form."""
        is_form = self.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data")
        return b"" if is_form else self._body

    def get_data(self, cache: bool = True, as_text: bool = False, parse_form_data: bool = False) -> Any:
        return self._body.decode("utf-8", "replace") if as_text else self._body

    @property
    def is_json(self) -> bool:
        return self.mimetype == "application/json" or self.mimetype.endswith("+json")

    @property
    def json(self) -> Any:
        return self.get_json()

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The body as JSON; `None` for another content type unless `force`. Raises ValueError unless `silent`."""
        if not (force or self.is_json):
            return None
        try:
            return json.loads(self._body)
        except ValueError:
            if silent:
                return None
            raise

    @property
    def form(self) -> Fields:
        if self.mimetype == "application/x-www-form-urlencoded":
            return Fields(parse_qsl(self._body.decode("utf-8", "replace"), keep_blank_values=True))
        return Fields(self._parts()[0])

    @property
    def files(self) -> Dict[str, UploadedFile]:
        return self._parts()[1]

    def _parts(self) -> Tuple[List[Tuple[str, str]], Dict[str, UploadedFile]]:
        if self._multipart is None:
            self._multipart = _parse_multipart(self.content_type or "", self._body)
        return self._multipart


def _parse_multipart(content_type: str, body: bytes) -> Tuple[List[Tuple[str, str]], Dict[str, UploadedFile]]:
    fields: List[Tuple[str, str]] = []
    files: Dict[str, UploadedFile] = {}
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    for part in message.iter_parts() if message.is_multipart() else ():
        name = str(part.get_param("name", "", header="content-disposition"))
        content = part.get_payload(decode=True) or b""
        filename = part.get_filename()
        if filename is None:
            fields.append((name, content.decode("utf-8", "replace")))
        else:
            files[name] = UploadedFile(filename, part.get_content_type(), content)
    return fields, files


class AMLResponse:
    """What a raw `run` answers with.

    message:          bytes, text, or an iterator of either (streamed); with `json_str` any value with a JSON form.
    response_headers: by name; a comma separates repeated values.
    """

    def __init__(
        self,
        message: Any,
        status_code: int,
        response_headers: Mapping[str, str] = {},
        json_str: bool = False,
        run_function_failed: bool = False,
    ):
        self.status_code = status_code
        self._content = json.dumps({} if message is None else message) if json_str or message is None else message
        own_type = any(name.lower() == "content-type" for name in response_headers)
        default_type = "application/json" if json_str or message is None else "text/html; charset=utf-8"
        pairs = [] if own_type else [("Content-Type", default_type)]
        pairs.append(("x-ms-run-function-failed", str(run_function_failed)))
        for name, value in response_headers.items():
            pairs += [(name, part.strip()) for part in value.split(",")]
        self.headers = ResponseHeaders(pairs)

    @property
    def is_streamed(self) -> bool:
        return not isinstance(self._content, (bytes, bytearray, str, list, tuple))

    def get_data(self) -> bytes:
        return b"".join(self.iter_encoded())

    def iter_encoded(self) -> Iterator[bytes]:
        parts = [self._content] if isinstance(self._content, (bytes, bytearray, str)) else self._content
        return (part.encode("utf-8") if isinstance(part, str) else bytes(part) for part in parts)


class ResponseHeaders:
    """Header fields in order; names may repeat."""

    def __init__(self, pairs: List[Tuple[str, str]]):
        self._pairs = pairs

    def items(self) -> List[Tuple[str, str]]:
        return list(self._pairs)

    def add(self, name: str, value: str) -> None:
        self._pairs.append((name, value))

    def __contains__(self, name: str) -> bool:
        return any(have.lower() == name.lower() for have, _ in self._pairs)

    def __setitem__(self, name: str, value: str) -> None:
        self._pairs[:] = [pair for pair in self._pairs if pair[0].lower() != name.lower()]
        self._pairs.append((name, value))
