"""Starts a scoring server of either make on a script, and talks HTTP to it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from typing import Dict, NamedTuple, Optional

APPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "apps")
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src")
START_TIMEOUT_S = 60


class Answer(NamedTuple):
    status: int
    headers: Dict[str, str]
    body: bytes


class ServerProcess:
    """A context manager: the server listens inside it and is gone after it."""

    def __init__(self, script: Optional[str], make: str = "lazuli", folder: str = APPS, **variables: str):
        self.port = _free_port()
        self._log = tempfile.TemporaryFile()
        command = [sys.executable, "-m", "lazuli.scoring"]
        if make == "azure":
            command = [sys.executable, "-m", "azureml_inference_server_http.amlserver"]
            command += ["--entry_script", str(script), "--port", str(self.port)]
        environment = {
            **os.environ,
            "AML_APP_ROOT": folder,
            "AZUREML_MODEL_DIR": folder,
            "PYTHONPATH": os.path.abspath(SOURCE),
            "LAZULI_PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **({"AZUREML_ENTRY_SCRIPT": script} if script and make == "lazuli" else {}),
            **variables,
        }
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True
        )

    def __enter__(self) -> "ServerProcess":
        ends_at = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < ends_at:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()}")
            try:
                if self.ask("GET", "/").status == 200:
                    return self
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"the server did not answer:\n{self.log()}")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read().decode()

    def ask(self, method: str, path: str, body: Optional[bytes] = None, headers: Optional[Dict[str, str]] = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def send_bytes(self, *pieces: bytes) -> bytes:
        """Sends raw bytes, piece by piece, and reads until the server closes or says nothing for a moment."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(0.02)
            connection.settimeout(0.5)
            try:
                while True:
                    part = connection.recv(65536)
                    if not part:
                        break
                    received += part
            except socket.timeout:
                pass
        return received


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]
