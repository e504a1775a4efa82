"""Azure's module names for `@rawhttp` and its classes, for environments that lack Azure's packages."""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Dict, Optional

from . import raw_http

_PACKAGES = (
    "azureml",
    "azureml.contrib",
    "azureml.contrib.services",
    "azureml_inference_server_http",
    "azureml_inference_server_http.api",
)
_EXPORTS: Dict[str, Dict[str, Any]] = {
    "azureml.contrib.services": {"rawhttp": raw_http.rawhttp},
    "azureml.contrib.services.aml_request": {"rawhttp": raw_http.rawhttp, "AMLRequest": raw_http.AMLRequest},
    "azureml.contrib.services.aml_response": {"AMLResponse": raw_http.AMLResponse},
    "azureml_inference_server_http.api.aml_request": {"rawhttp": raw_http.rawhttp, "AMLRequest": raw_http.AMLRequest},
    "azureml_inference_server_http.api.aml_response": {"AMLResponse": raw_http.AMLResponse},
}


class _StandInFinder(MetaPathFinder, Loader):
    """Asked last, so that a module which is really installed always wins."""

    def find_spec(self, fullname: str, path: Any, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        if fullname not in _PACKAGES and fullname not in _EXPORTS:
            return None
        return ModuleSpec(fullname, self, is_package=fullname in _PACKAGES)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__.update(_EXPORTS.get(module.__name__, {}))


def install_azureml_names() -> None:
    """Make the names importable in this process; repeating it does nothing."""
    if not any(isinstance(finder, _StandInFinder) for finder in sys.meta_path):
        sys.meta_path.append(_StandInFinder())
