"""The same requests to Azure's inference server and to ours: same status, same body, same headers of the contract."""

from __future__ import annotations

import json
import unittest

from server_process import Answer, ServerProcess

JSON = {"Content-Type": "application/json"}
CONTRACT_HEADERS = (
    "content-type",
    "x-ms-run-function-failed",
    "x-ms-client-request-id",
    "traceid",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "vary",
    "x-own",
)
PRESENT_HEADERS = ("x-request-id", "x-ms-request-id", "x-ms-server-version", "x-ms-run-fn-exec-ms")

COMMON = [
    ("GET", "/", None, {}),
    ("HEAD", "/", None, {}),
    ("POST", "/", b"", {}),
    ("OPTIONS", "/score", None, {}),
    ("HEAD", "/score", None, {}),
    ("PUT", "/score", b"x", {}),
    ("GET", "/nothing", None, {}),
    ("GET", "/score/", None, {}),
    ("GET", "/swagger.json", None, {}),
    ("GET", "/swagger.json?version=3", None, {}),
    ("GET", "/swagger.json?version=3.1", None, {}),
    ("GET", "/swagger.json?version=9", None, {}),
    ("POST", "/swagger.json", b"", {}),
    ("GET", "/score?a=1&b=x&b=2", None, {}),
    ("GET", "/score?data=[[1,2]]&factor=5", None, {}),
    ("POST", "/score", b"", JSON),
    ("POST", "/score", b'{"a": 1}', JSON),
    ("POST", "/score", b'{"data": [[1, 2]]}', JSON),
    ("POST", "/score", b'{"data": [[1, 2]]}', {"Content-Type": "application/own+json; charset=utf-8"}),
    ("POST", "/score", b'{"data": [[1, 2]]}', {"Content-Type": "text/plain"}),
    ("POST", "/score", b'{"data": [[1, 2]], "factor": 4}', JSON),
    ("POST", "/score", b'{"data": "x"}', JSON),
    ("POST", "/score", b"[1, 2]", JSON),
    ("POST", "/score", b'{"', JSON),
    ("POST", "/score", b"\xff\xfe", JSON),
    ("POST", "/score", b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("POST", "/score", b'{"raise": "boom"}', JSON),
    ("POST", "/score", b'{"return": "set"}', JSON),
    ("POST", "/score", b'{"return": "none"}', JSON),
    ("POST", "/score", b'{"return": "nan"}', JSON),
    ("POST", "/score", b'{"return": "text"}', JSON),
    ("POST", "/score", b'{"sleep": 2}', JSON),
    ("POST", "/score", b"{}", {**JSON, "x-request-id": "r", "x-ms-request-id": "m", "x-ms-client-request-id": "c"}),
    ("POST", "/score", b"{}", {**JSON, "x-ms-request-id": "m", "TraceId": "t"}),
    ("POST", "/score", b"{}", {**JSON, "x-request-id": "r" * 101}),
    ("POST", "/score", b"{}", {**JSON, "x-ms-client-request-id": "r" * 101}),
    ("POST", "/score", b"{}", {**JSON, "Origin": "http://a.example"}),
    ("POST", "/score", b"{}", {**JSON, "Origin": "http://other.example"}),
    ("OPTIONS", "/score", None, {"Origin": "http://a.example", "Access-Control-Request-Method": "POST",
                                 "Access-Control-Request-Headers": "content-type, authorization"}),
]
RAW = [
    ("GET", "/score?json=1", None, {}),
    ("POST", "/score", b"abc", {"Content-Type": "image/png"}),
    ("POST", "/score?status=418", b"abc", {"Content-Type": "image/png"}),
    ("POST", "/score?status=503", b"abc", {"Content-Type": "image/png"}),
    ("POST", "/score?json=1", b'{"a": 1}', JSON),
    ("POST", "/score?json=1", b"{", JSON),
    ("POST", "/score?status=abc", b"", {}),
    ("POST", "/score?file=1", b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--x\r\n'
     b'Content-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n\x00\x01\r\n--x--\r\n',
     {"Content-Type": "multipart/form-data; boundary=x"}),
]
VARIABLES = {"SCORING_TIMEOUT_MS": "700", "AML_CORS_ORIGINS": "http://a.example, http://b.example"}


class OracleTest(unittest.TestCase):
    def test_a_plain_script_is_answered_alike(self) -> None:
        self._compare("plain.py", COMMON)

    def test_a_decorated_script_is_answered_alike(self) -> None:
        self._compare("decorated.py", COMMON)

    def test_a_raw_script_is_answered_alike(self) -> None:
        self._compare("raw.py", RAW)

    def test_a_script_that_takes_headers_is_answered_alike(self) -> None:
        self._compare("headers.py", [("POST", "/score", b"x", {**JSON, "X-Own": "me"}), ("GET", "/score?a=1", None, {})])

    def _compare(self, script: str, requests: list) -> None:
        with ServerProcess(script, "azure", **VARIABLES) as azure, ServerProcess(script, **VARIABLES) as ours:
            for method, path, body, headers in requests:
                with self.subTest(script=script, method=method, path=path, body=body, headers=headers):
                    wanted = azure.ask(method, path, body, headers)
                    got = ours.ask(method, path, body, headers)
                    self.assertEqual(_comparable(got), _comparable(wanted))


def _comparable(answer: Answer) -> dict:
    contract = {name: answer.headers.get(name) for name in CONTRACT_HEADERS}
    present = {name: name in answer.headers for name in PRESENT_HEADERS}
    return {"status": answer.status, "body": _value(answer.body), **contract, **present}


def _value(body: bytes) -> object:
    try:
        return json.loads(body.replace(b"NaN", b'"NaN"'))
    except ValueError:
        return body


if __name__ == "__main__":
    unittest.main()
