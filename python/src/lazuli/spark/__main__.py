"""Entry of a Spark job: finds Java, submits the application in local mode, answers its exit code.

Settings come as JSON in the variable LAZULI_SPARK, the program's arguments as one line on standard input.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from typing import Dict, List

from .java import Java, JavaError, find_java
from .submission import describe, machine_memory, render_submission

SETTINGS_VARIABLE = "LAZULI_SPARK"


def main() -> int:
    settings = json.loads(os.environ[SETTINGS_VARIABLE])
    arguments = shlex.split(sys.stdin.read())
    try:
        import pyspark

        java = find_java(os.environ)
    except ImportError as error:
        return _refuse("The package 'pyspark' is not in the job's environment: %s." % error)
    except JavaError as error:
        return _refuse(str(error))
    home = os.path.dirname(os.path.abspath(pyspark.__file__))
    missing = [name for name in _files_of(settings) if "://" not in name and not os.path.exists(name.split("#")[0])]
    if missing:
        return _refuse("'%s' is not in the job's code." % missing[0])
    words = render_submission(settings, arguments, _cores(), machine_memory())
    chosen = describe(words)
    print("Spark %s on %s from %s (%s)" % (pyspark.__version__, chosen["spark.master"], java.source, java.version), flush=True)
    outputs = _free_outputs(settings["outputs"])
    try:
        command = ["bash", os.path.join(home, "bin", "spark-submit")] + words
        return subprocess.call(command, env=_variables(home, java), stdin=subprocess.DEVNULL)
    finally:
        for path in outputs:
            os.makedirs(path, exist_ok=True)


def _refuse(message: str) -> int:
    print("The Spark job cannot run: %s" % message, file=sys.stderr)
    return 1


def _files_of(settings: Dict) -> List[str]:
    entry = settings["entry"].get("file")
    lists = [settings[key] for key in ("pyFiles", "jars", "files", "archives")]
    return ([entry] if entry else []) + [name for names in lists for name in names]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _free_outputs(names: List[str]) -> List[str]:
    """Spark refuses to write into a folder that exists, so that the empty ones go until it is done."""
    paths = [os.environ.get("AZURE_ML_OUTPUT_" + name, "") for name in names]
    folders = [path for path in paths if os.path.isdir(path) and not os.listdir(path)]
    for folder in folders:
        os.rmdir(folder)
    return folders


def _variables(home: str, java: Java) -> Dict[str, str]:
    variables = dict(os.environ, SPARK_HOME=home, JAVA_HOME=java.home, SPARK_LOCAL_IP="127.0.0.1")
    variables.update(PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable)
    variables.pop(SETTINGS_VARIABLE)
    return variables


if __name__ == "__main__":
    sys.exit(main())
