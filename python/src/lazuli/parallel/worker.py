"""The program of one worker process: loads the entry script once, then runs one mini-batch after the other.

Started by `worker_process.py` with a connection it inherits. Its own output streams are the user's log files.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any, Dict, Tuple

from .azureml_names import install_azureml_names
from .entry_script import EntryScript, MiniBatchContext
from .returned_rows import read_returned

# Frames of this package above the user's own say nothing to the user.
OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))
TRACEBACK_CHARACTERS_MAX = 20_000


def main() -> int:
    connection = Connection(int(sys.argv[1]))
    settings = connection.recv()  # type: Dict[str, Any]
    sys.argv = [settings["entry_script"]] + settings["arguments"]
    install_azureml_names(settings["script_log"], settings["output_folder"], settings["logging_level"])
    try:
        script = EntryScript(settings["entry_script"])
        script.init()
    except BaseException as error:
        connection.send(("init_failed", describe(error)))
        return 1
    connection.send(("ready", None))
    return _loop(connection, script, settings)


def _loop(connection: Connection, script: EntryScript, settings: Dict[str, Any]) -> int:
    while True:
        try:
            assignment = connection.recv()
        except EOFError:
            return 1  # The node's own process is gone.
        if assignment is None:
            break
        connection.send(_carry_out(connection, script, assignment, settings))
    try:
        script.shutdown()
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _carry_out(
    connection: Connection, script: EntryScript, assignment: Any, settings: Dict[str, Any]
) -> Tuple[str, Tuple[int, str, float, str]]:
    started = time.monotonic()
    try:
        data = _load(assignment, settings["root"])
        context = MiniBatchContext(assignment.index, assignment.keys, data)
        started = time.monotonic()
        connection.send(("running", None))
        value = script.run(data, context)
        seconds = time.monotonic() - started
        returned, rows = read_returned(value, settings["wants_rows"])
        return "done", (returned, rows, seconds, "")
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        text = describe(error)
        print(text, file=sys.stderr)
        return "done", (0, "", time.monotonic() - started, text)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _load(assignment: Any, root: str) -> Any:
    if assignment.files is not None:
        return [os.path.join(root, name) for name in assignment.files]
    if isinstance(assignment.frame, bytes):
        return pickle.loads(assignment.frame)
    with open(assignment.frame, "rb") as file:
        return pickle.load(file)


def describe(error: BaseException) -> str:
    """The traceback from the user's first own frame on."""
    trace = error.__traceback__
    while trace is not None and _is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    text = "".join(traceback.format_exception(type(error), error, trace)).rstrip()
    return text[-TRACEBACK_CHARACTERS_MAX:]


def _is_ours(file_name: str) -> bool:
    """This package's, or Python's own on the way to the script."""
    return file_name.startswith("<frozen importlib") or os.path.dirname(os.path.abspath(file_name)) == OWN_FOLDER


if __name__ == "__main__":
    sys.exit(main())
