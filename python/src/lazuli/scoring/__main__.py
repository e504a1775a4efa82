"""Entry: read settings, load the script, call `init()`, listen, serve until told to end.

Exit codes are those of Azure's server: 3 when the script does not load or its `init()` fails, 0 after SIGTERM.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
import traceback
from typing import Optional

from .azureml_names import install_azureml_names
from .log_format import configure_logging, redirect_print
from .server import ScoringServer
from .settings import Settings, SettingsError, read_settings
from .swagger import Swagger
from .user_script import UserScript, UserScriptError, load_user_script
from .workers import Workers

BOOT_ERROR = 3
MODEL_FILES_LOGGED_MAX = 200

logger = logging.getLogger("azmlinfsrv")


def main() -> int:
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        print(str(error), file=sys.stderr)
        return BOOT_ERROR
    configure_logging(settings.log_level)
    redirect_print()
    install_azureml_names()
    _extend_path(settings)
    script = _load(settings)
    if script is None:
        return BOOT_ERROR
    workers = Workers(script, settings.max_concurrency, settings.scoring_timeout_ms)
    if not _init(settings, workers):
        return BOOT_ERROR
    return _serve(settings, script, workers)


def _extend_path(settings: Settings) -> None:
    sys.path.append(settings.app_root)
    if settings.source_dir:
        sys.path.append(os.path.join(settings.app_root, settings.source_dir))
    if settings.entry_script:
        folder = os.path.dirname(os.path.join(settings.app_root, settings.entry_script))
        if folder not in sys.path:
            sys.path.append(folder)


def _load(settings: Settings) -> Optional[UserScript]:
    try:
        if settings.entry_script is None and not os.path.exists(os.path.join(settings.app_root, "main.py")):
            return UserScript(importlib.import_module("lazuli.scoring.mlflow_script"))
        return load_user_script(settings.entry_script, settings.app_root)
    except UserScriptError:
        logger.error(traceback.format_exc())
        return None


def _init(settings: Settings, workers: Workers) -> bool:
    logger.info("Invoking user's init function")
    try:
        workers.init()
    except BaseException:
        logger.error("User's init function failed")
        logger.error("Encountered Exception %s", traceback.format_exc())
        _log_model_files(settings.model_dir)
        # Once more as the very last lines: whoever reads the end of the log finds the cause there.
        traceback.print_exc()
        return False
    logger.info("Users's init has completed successfully")
    return True


def _serve(settings: Settings, script: UserScript, workers: Workers) -> int:
    server = ScoringServer(settings, workers, Swagger(settings, script))
    try:
        port = server.start()
    except OSError as error:
        logger.error("Cannot listen on %s:%s: %s", settings.host, settings.port, error)
        return BOOT_ERROR
    signal.signal(signal.SIGTERM, lambda *_: workers.stop())
    signal.signal(signal.SIGINT, lambda *_: workers.stop())
    logger.info("Scoring timeout is set to %s", settings.scoring_timeout_ms)
    logger.info("Worker with pid %s ready for serving traffic on port %s", os.getpid(), port)
    if settings.port_file:
        _write_port(settings.port_file, port)
    workers.serve()
    server.stop()
    return 0


def _write_port(path: str, port: int) -> None:
    """Whole or not at all: a reader never sees half a number."""
    draft = f"{path}.{os.getpid()}"
    with open(draft, "w", encoding="ascii") as file:
        file.write(str(port))
    os.replace(draft, path)


def _log_model_files(model_dir: str) -> None:
    if not model_dir or not os.path.isdir(model_dir):
        return
    logger.info("Model Directory Contents:")
    logged = 0
    for folder, _, names in os.walk(model_dir):
        for name in sorted(names):
            if logged == MODEL_FILES_LOGGED_MAX:
                logger.info("Output Truncated. First %s lines shown.", MODEL_FILES_LOGGED_MAX)
                return
            logger.info(os.path.relpath(os.path.join(folder, name), model_dir))
            logged += 1


if __name__ == "__main__":
    sys.exit(main())
