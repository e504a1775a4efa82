"""The user's entry script: found, loaded, and called the way Azure calls it."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
from typing import Any, Callable, Dict, List, Optional


class EntryScriptError(Exception):
    """The script lacks a function, or is declared or answers in a way that nobody can use."""


class SubDataset:
    """The mini-batch as a data set, for scripts that ask their context for it."""

    def __init__(self, data: Any):
        self._data = data

    def to_path(self) -> List[str]:
        return list(self._data)

    def to_pandas_dataframe(self) -> Any:
        return self._data


class MiniBatchContext:
    """Second argument of `run()`, where the script takes one.

    minibatch_index:     the mini-batch's position in the input, as text.
    partition_key_value: values of the partition keys, by key; empty without partition keys.
    dataset:             the mini-batch as a data set.
    """

    def __init__(self, index: int, keys: Dict[str, Any], data: Any):
        self.minibatch_index = str(index)
        self.mini_batch_id = str(index)
        self.partition_key_value = dict(keys)
        self.dataset = SubDataset(data)


class EntryScript:
    """A loaded script. Raises EntryScriptError when it has no `run()`; what the script itself raises passes through."""

    def __init__(self, path: str):
        module = _import_file(path)
        run = getattr(module, "run", None)
        if not callable(run):
            raise EntryScriptError("The entry script '%s' has no function run(mini_batch)." % path)
        self._module = module
        self._run = run  # type: Callable[..., Any]
        self._takes_context = _takes_context(run)

    def init(self) -> None:
        self._call("init")

    def run(self, data: Any, context: MiniBatchContext) -> Any:
        if self._takes_context:
            return self._run(data, context)
        return self._run(data)

    def shutdown(self) -> None:
        self._call("shutdown")

    def _call(self, name: str) -> None:
        function = getattr(self._module, name, None)  # type: Optional[Callable[[], None]]
        if callable(function):
            function()


def _import_file(path: str) -> Any:
    if not os.path.isfile(path):
        raise EntryScriptError("The entry script '%s' is not in the job's code." % path)
    folder = os.path.dirname(os.path.abspath(path))
    for entry in (folder, os.getcwd()):
        if entry not in sys.path:
            sys.path.insert(0, entry)
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise EntryScriptError("The entry script '%s' is not a Python file." % path)
    module = importlib.util.module_from_spec(spec)
    # Registered so that the script's classes can be pickled and its dataclasses resolve their annotations.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _takes_context(run: Callable[..., Any]) -> bool:
    parameters = list(inspect.signature(run).parameters.values())
    if any(parameter.kind == parameter.VAR_POSITIONAL for parameter in parameters):
        return True
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if not positional:
        raise EntryScriptError("run() must take the mini-batch as its argument.")
    if len(positional) > 2 and any(p.default is p.empty for p in positional[2:]):
        raise EntryScriptError("run() takes more than a mini-batch and its context.")
    return len(positional) > 1
