"""Modules that scripts for Azure import and that exist only inside its parallel jobs."""

from __future__ import annotations

import logging
import os
import sys
import types
from typing import Any


def install_azureml_names(log_file: str, output_folder: str, logging_level: str) -> None:
    """Makes `from azureml_user.parallel_run import EntryScript` work, unless the environment really has it."""
    if "azureml_user.parallel_run" in sys.modules:
        return
    os.makedirs(os.path.dirname(log_file), exist_ok=True)
    logger = logging.getLogger("azureml_user.entry_script")
    handler = logging.FileHandler(log_file, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s|%(levelname)s|%(process)d|%(name)s|%(message)s"))
    logger.addHandler(handler)
    logger.setLevel(getattr(logging, logging_level, logging.INFO))

    class EntryScript:
        """What an entry script may ask of its surroundings."""

        def __init__(self, *_: Any, **__: Any):
            self.logger = logger
            self.log_dir = os.path.dirname(log_file)
            self.working_dir = os.getcwd()
            self.output_dir = output_folder

    package = types.ModuleType("azureml_user")
    module = types.ModuleType("azureml_user.parallel_run")
    module.EntryScript = EntryScript  # type: ignore[attr-defined]
    package.parallel_run = module  # type: ignore[attr-defined]
    package.__path__ = []  # type: ignore[attr-defined]
    sys.modules["azureml_user"] = package
    sys.modules["azureml_user.parallel_run"] = module
