"""Log lines as Azure's server writes them, and `print()` as one of them."""

from __future__ import annotations

import builtins
import functools
import logging
import sys
import time
from typing import Any


def configure_logging(level: str) -> None:
    """Send the server's loggers to standard output: time in UTC, level, process, name, message."""
    formatter = logging.Formatter("%(asctime)s %(levelname).1s [%(process)d] %(name)s - %(message)s")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logger = logging.getLogger("azmlinfsrv")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(level if isinstance(logging.getLevelName(level), int) else "INFO")


def redirect_print() -> None:
    """Turn the user's `print()` into log lines, so that each has its time; other files are left alone."""
    original = builtins.print
    logger = logging.getLogger("azmlinfsrv.print")

    @functools.wraps(original)
    def print_line(*values: Any, sep: Any = " ", end: Any = "\n", file: Any = None, flush: bool = False) -> None:
        if file is None or file is sys.stdout:
            logger.info((" " if sep is None else sep).join(map(str, values)))
        else:
            original(*values, sep=sep, end=end, file=file, flush=flush)

    builtins.print = print_line
