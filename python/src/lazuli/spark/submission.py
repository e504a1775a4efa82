"""What `spark-submit` is told, from the settings of a job."""

from __future__ import annotations

import os
import re
from typing import Any, Dict, List, Mapping, Sequence

MEBIBYTES = {"": 1.0 / 1024**2, "b": 1.0 / 1024**2, "k": 1.0 / 1024, "m": 1.0, "g": 1024.0, "t": 1024.0**2}
DRIVER_MEBIBYTES_DEFAULT = 1024
# The rest is for Python, the system and other jobs.
MEMORY_SHARE_MAX = 0.75


def render_submission(
    settings: Mapping[str, Any], arguments: Sequence[str], machine_cores: int, machine_mebibytes: int
) -> List[str]:
    """Arguments of `spark-submit`. Driver and executors are one process, which gets the memory of both."""
    conf = {str(name): _text(value) for name, value in settings["conf"].items()}
    own = {
        "spark.master": "local[%d]" % choose_cores(conf, machine_cores),
        "spark.driver.memory": "%dm" % choose_memory(conf, machine_mebibytes),
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    merged = dict(own, **conf)
    merged["spark.driver.memory"] = own["spark.driver.memory"]
    words = []  # type: List[str]
    for name, value in sorted(merged.items()):
        words += ["--conf", "%s=%s" % (name, value)]
    for option, key in (("--py-files", "pyFiles"), ("--files", "files"), ("--archives", "archives")):
        if settings[key]:
            words += [option, ",".join(settings[key])]
    return words + _program(settings) + list(arguments)


def choose_cores(conf: Mapping[str, str], machine_cores: int) -> int:
    """As many as the executors asked for would have in all, and no more than there are."""
    executors = _number(conf.get("spark.dynamicAllocation.maxExecutors")) or _number(conf.get("spark.executor.instances"))
    asked = (executors or 1) * (_number(conf.get("spark.executor.cores")) or machine_cores)
    return max(1, min(asked, machine_cores))


def choose_memory(conf: Mapping[str, str], machine_mebibytes: int) -> int:
    """Mebibytes of the driver and one executor together, within what the machine can give."""
    driver = to_mebibytes(conf.get("spark.driver.memory")) or DRIVER_MEBIBYTES_DEFAULT
    executor = to_mebibytes(conf.get("spark.executor.memory")) or 0
    return max(DRIVER_MEBIBYTES_DEFAULT // 2, min(driver + executor, int(machine_mebibytes * MEMORY_SHARE_MAX)))


def to_mebibytes(text: Any) -> int:
    """`2g` is 2048; 0 for what is no size."""
    match = re.match(r"^\s*(\d+)\s*([bkmgt]?)b?\s*$", str(text or ""), re.IGNORECASE)
    return 0 if match is None else int(int(match.group(1)) * MEBIBYTES[match.group(2).lower()])


def machine_memory() -> int:
    """Mebibytes that this machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024**2


def _program(settings: Mapping[str, Any]) -> List[str]:
    entry, jars = settings["entry"], list(settings["jars"])
    if entry.get("className"):
        rest = ["--jars", ",".join(jars[1:])] if len(jars) > 1 else []
        return rest + ["--class", entry["className"], jars[0]]
    return (["--jars", ",".join(jars)] if jars else []) + [entry["file"]]


def _number(text: Any) -> int:
    return int(text) if re.match(r"^\d+$", str(text or "")) else 0


def _text(value: Any) -> str:
    """Python's True on its way through YAML and texts is Spark's true."""
    text = str(value)
    return text.lower() if text in ("True", "False") else text


def describe(words: Sequence[str]) -> Dict[str, str]:
    """The settings among the words, for the log."""
    pairs = [word.split("=", 1) for option, word in zip(words, words[1:]) if option == "--conf"]
    return {pair[0]: pair[1] for pair in pairs}
