"""What the server is told, read once from the environment and, below it, a config file."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Mapping, Optional, Tuple

SERVER_VERSION = "lazuli/0.1.0"

DEFAULT_PORT = 5001
SCORING_TIMEOUT_MS_DEFAULT = 3600 * 1000
BODY_BYTES_MAX_DEFAULT = 256 * 1024 * 1024


class SettingsError(Exception):
    """A variable holds something that the server cannot use; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Everything the server is configured by.

    app_root:         folder of the user's code, on the module search path.
    entry_script:     path of the scoring script inside `app_root`; `None` serves the MLflow model in `model_dir`.
    port:             0 lets the system choose; the choice is written to `port_file`.
    max_concurrency:  how many `run()` calls may be under way at once.
    """

    app_root: str
    source_dir: Optional[str]
    entry_script: Optional[str]
    model_dir: str
    host: str
    port: int
    port_file: Optional[str]
    service_name: str
    service_version: str
    path_prefix: str
    scoring_timeout_ms: int
    max_concurrency: int
    body_bytes_max: int
    log_level: str
    cors_origins: Tuple[str, ...]
    server_version: str


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Parse `environ`; names are Azure's, those that only Lazuli knows begin with LAZULI_.

    Raises SettingsError for a number that is none or a config file that is no JSON object.
    """
    app_root = environ.get("AML_APP_ROOT") or environ.get("AZUREML_APP_ROOT") or os.getcwd()
    values = {**_config_file(environ, app_root), **environ}
    origins = (values.get("AML_CORS_ORIGINS") or "").split(",")
    shows_version = values.get("SERVER_VERSION_LOG_RESPONSE_ENABLED", "true").lower() == "true"
    return Settings(
        app_root=app_root,
        source_dir=values.get("AZUREML_SOURCE_DIRECTORY"),
        entry_script=values.get("AZUREML_ENTRY_SCRIPT") or None,
        model_dir=values.get("AZUREML_MODEL_DIR", ""),
        host=values.get("LAZULI_HOST", "127.0.0.1"),
        port=_port(values),
        port_file=values.get("LAZULI_PORT_FILE"),
        service_name=values.get("SERVICE_NAME", "ML service"),
        service_version=values.get("SERVICE_VERSION", "1.0"),
        path_prefix=values.get("SERVICE_PATH_PREFIX", ""),
        scoring_timeout_ms=_number(values, "SCORING_TIMEOUT_MS", SCORING_TIMEOUT_MS_DEFAULT),
        max_concurrency=max(1, _number(values, "LAZULI_MAX_CONCURRENT_REQUESTS", 1)),
        body_bytes_max=_number(values, "LAZULI_BODY_BYTES_MAX", BODY_BYTES_MAX_DEFAULT),
        log_level=values.get("AZUREML_LOG_LEVEL", "INFO"),
        cors_origins=tuple(origin.strip() for origin in origins if origin.strip()),
        server_version=values.get("HTTP_X_MS_SERVER_VERSION", SERVER_VERSION) if shows_version else "",
    )


def _config_file(environ: Mapping[str, str], app_root: str) -> Mapping[str, str]:
    path = environ.get("AZUREML_CONFIG_FILE") or os.path.join(app_root, "config.json")
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        if "AZUREML_CONFIG_FILE" not in environ:
            return {}
        raise SettingsError(f"Config file '{path}' cannot be read as JSON: {error}.") from error
    if not isinstance(content, dict):
        return {}
    return {str(key): str(value) for key, value in content.items() if value is not None}


def _port(values: Mapping[str, str]) -> int:
    """The port asked for, or any free one where somebody reads the port file."""
    default = 0 if values.get("LAZULI_PORT_FILE") else DEFAULT_PORT
    return _number(values, "LAZULI_PORT", default)


def _number(values: Mapping[str, str], name: str, default: int) -> int:
    text = values.get(name)
    if text is None or text == "":
        return default
    try:
        return int(text)
    except ValueError:
        raise SettingsError(f"'{name}' is '{text}', which is not a whole number.") from None
