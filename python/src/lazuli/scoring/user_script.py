"""The user's scoring script: found, loaded, checked and called."""

from __future__ import annotations

import importlib.util
import inspect
import logging
import os
import sys
from types import ModuleType
from typing import Any, Callable, Dict, Optional

from . import raw_http
from .inputs import Inputs, object_inputs, raw_inputs, text_inputs
from .request import Request

logger = logging.getLogger("azmlinfsrv.user_script")


class UserScriptError(Exception):
    """The script cannot be served: it does not load, lacks a function, or declares it in a way nobody can call."""


class UserScript:
    """A loaded script.

    run:      the user's function, as declared; what a schema or Swagger looks at.
    is_async: whether `run` returns a coroutine.
    """

    def __init__(self, module: Any):
        self._module = module
        self.run = _run_of(module)
        parameters = [p for p in inspect.signature(self.run).parameters.values()]
        self._passes_headers = any(p.name == "request_headers" for p in parameters)
        self._inputs = _choose_inputs(self.run, [p for p in parameters if p.name != "request_headers"])
        self.is_async = inspect.iscoroutinefunction(self.run)

    @property
    def module(self) -> Any:
        return self._module

    def init(self) -> Any:
        """Call the user's `init()`. Whatever it raises passes through; an async one returns its coroutine."""
        return self._module.init()

    def arguments(self, request: Request) -> Dict[str, Any]:
        """Keyword arguments for `run`. Raises InputError when the request is not what `run` takes."""
        values = self._inputs(request)
        if self._passes_headers:
            values["request_headers"] = request.title_headers()
        return values


def load_user_script(entry_script: Optional[str], app_root: str) -> UserScript:
    """Import the script at `entry_script` below `app_root` (or the module `main` without one).

    Raises UserScriptError; an exception that the script raised is its cause.
    """
    try:
        module = _import_file(os.path.join(app_root, entry_script)) if entry_script else importlib.import_module("main")
    except BaseException as error:
        raise UserScriptError("Failed to import user script because it raised an unhandled exception") from error
    path = getattr(module, "__file__", "?")
    for name in ("init", "run"):
        if not hasattr(module, name):
            raise UserScriptError(f"User script at {path} does not have a {name}() function defined.")
    logger.info("Found user script at %s", path)
    return UserScript(module)


def _import_file(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("entry_module", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"'{path}' is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    # Registered so that the script's classes can be pickled and its dataclasses resolve their annotations.
    sys.modules["entry_module"] = module
    spec.loader.exec_module(module)
    return module


def _run_of(module: Any) -> Callable[..., Any]:
    """`run` of the script; Azure's driver modules forward badly to decorated functions, so they are looked through."""
    driven = getattr(module, "driver_module", None)
    if isinstance(driven, ModuleType) and hasattr(driven, "run"):
        return driven.run
    return module.run


def _choose_inputs(run: Callable[..., Any], parameters: list) -> Inputs:
    if any(p.kind not in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters):
        raise UserScriptError("run() cannot accept positional-only arguments, *args, or **kwargs.")
    if not parameters:
        raise UserScriptError("run() needs to accept an argument for input data.")
    has_schema = has_input_schema(run)
    if raw_http.is_requested():
        if has_schema:
            raise UserScriptError("run() cannot be decorated with both @rawhttp and @input_schema")
        logger.info("run() is decorated with @rawhttp. Server will invoke it with the request object.")
        return raw_inputs(parameters[0].name, raw_http.make_request)
    if has_schema:
        names = ", ".join(p.name for p in parameters)
        logger.info("run() is decorated with @input_schema. Server will invoke it with the following arguments: %s.", names)
        return object_inputs(parameters)
    logger.info("run() is not decorated. Server will invoke it with the input in JSON string.")
    return text_inputs(parameters[0].name)


def has_input_schema(run: Callable[..., Any]) -> bool:
    """Whether `run` takes the members of a JSON object: decorated by inference_schema, or marked so by Lazuli."""
    if getattr(run, "takes_json_members", False):
        return True
    schemas = sys.modules.get("inference_schema.schema_util")
    return bool(schemas is not None and schemas.is_schema_decorated(run))
