"""The service's description: the user's own file, or one made from the schemas of `run()`."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict, List, Optional

from .settings import Settings
from .user_script import UserScript, has_input_schema

_ALIASES = {"2": "2", "2.0": "2", "3": "3", "3.0": "3", "3.1": "3.1"}
_FILES = {"2": ("swagger.json", "swagger2.json"), "3": ("swagger3.json",), "3.1": ("swagger3.1.json",)}
_EMPTY = {"type": "object", "example": {}}
_ERROR = {"type": "object", "properties": {"message": {"type": "string"}}}
_HEALTHY = "If service is up and running, this response will be returned with the content 'Healthy'"
_PREDICTED = "The service processed the input correctly and provided a result prediction, if applicable."
_FAILED = "The service failed to execute due to an error."


class SwaggerError(Exception):
    """There is no description of the version that was asked for."""


class Swagger:
    """Descriptions by version, made once at start."""

    def __init__(self, settings: Settings, script: UserScript):
        self._documents: Dict[str, Dict[str, Any]] = {}
        for version in sorted(set(_ALIASES.values())):
            document = _read_own(settings.app_root, version) or _generate(settings, script, version)
            if document is not None:
                self._documents[version] = document

    def find(self, version: str) -> Dict[str, Any]:
        """The description; `version` is 2, 2.0, 3, 3.0 or 3.1. Raises SwaggerError."""
        supported = ", ".join(sorted(self._documents))
        if version not in _ALIASES:
            raise SwaggerError(f"Swagger version [{version}] is not valid. Supported versions: [{supported}].")
        document = self._documents.get(_ALIASES[version])
        if document is None:
            raise SwaggerError(
                f"Swagger version [{version}] is not supported for the scoring script. "
                f"Supported swagger versions: [{supported}]."
            )
        return document


def _read_own(app_root: str, version: str) -> Optional[Dict[str, Any]]:
    for name in _FILES[version]:
        try:
            with open(os.path.join(app_root, name), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            continue
    return None


def _generate(settings: Settings, script: UserScript, version: str) -> Optional[Dict[str, Any]]:
    schemas = getattr(script.module, "swagger_schemas", None)
    if callable(schemas):
        taken, given = schemas()
    elif has_input_schema(script.run):
        util = sys.modules["inference_schema.schema_util"]
        if not _is_supported(util.get_supported_versions(script.run), version):
            return None
        taken, given = util.get_input_schema(script.run), util.get_output_schema(script.run)
    else:
        taken = given = _EMPTY
    document = _version2(settings) if version == "2" else _version3(settings, version)
    home = document["definitions"] if version == "2" else document["components"]["schemas"]
    home.update({"ServiceInput": taken, "ServiceOutput": given, "ErrorResponse": _ERROR})
    return document


def _is_supported(versions: List[str], version: str) -> bool:
    return any(alias in versions for alias, target in _ALIASES.items() if target == version)


def _info(settings: Settings) -> Dict[str, str]:
    about = f"API specification for the Azure Machine Learning service {settings.service_name}"
    return {"title": settings.service_name, "description": about, "version": settings.service_version}


def _prefix(settings: Settings) -> str:
    return f"/{settings.path_prefix.strip('/')}" if settings.path_prefix else ""


def _bearer() -> Dict[str, Any]:
    return {"type": "apiKey", "name": "Authorization", "in": "header", "description": "For example: Bearer abc123"}


def _version2(settings: Settings) -> Dict[str, Any]:
    failed = {"description": _FAILED, "schema": {"$ref": "#/definitions/ErrorResponse"}}
    prefix = _prefix(settings)

    def answers(description: str, schema: Dict[str, Any], **more: Any) -> Dict[str, Any]:
        return {"200": {"description": description, "schema": schema, **more}, "default": failed}

    health = {
        "operationId": "ServiceHealthCheck",
        "description": "Simple health check endpoint to ensure the service is up at any given point.",
        "responses": answers(_HEALTHY, {"type": "string"}, examples={"application/json": "Healthy"}),
    }
    payload = {
        "name": "serviceInputPayload",
        "in": "body",
        "description": "The input payload for executing the real-time machine learning service.",
        "schema": {"$ref": "#/definitions/ServiceInput"},
    }
    score = {
        "operationId": "RunMLService",
        "description": "Run web service's model and get the prediction output",
        "security": [{"Bearer": []}],
        "parameters": [payload],
        "responses": answers(_PREDICTED, {"$ref": "#/definitions/ServiceOutput"}),
    }
    swagger = {
        "operationId": "GetSwaggerSpec",
        "description": "Get the Swagger specification.",
        "parameters": [{"name": "version", "in": "query", "required": False, "type": "integer", "enum": [2, 3]}],
        "responses": answers("The Swagger specification.", {"type": "string"}),
    }
    return {
        "swagger": "2.0",
        "info": _info(settings),
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"Bearer": _bearer()},
        "paths": {
            f"{prefix}/": {"get": health},
            f"{prefix}/score": {"post": score},
            f"{prefix}/swagger.json": {"get": swagger},
        },
        "definitions": {},
    }


def _version3(settings: Settings, version: str) -> Dict[str, Any]:
    schemas = "#/components/schemas"
    failed = {"description": _FAILED, "content": {"application/json": {"schema": {"$ref": f"{schemas}/ErrorResponse"}}}}
    prefix = _prefix(settings)

    def answers(description: str, mimetype: str, schema: Dict[str, Any]) -> Dict[str, Any]:
        return {"200": {"description": description, "content": {mimetype: {"schema": schema}}}, "default": failed}

    health = {
        "operationId": "ServiceHealthCheck",
        "description": "Simple health check endpoint to ensure the service is up at any given point.",
        "responses": answers(_HEALTHY, "text/plain", {"type": "string", "example": "Healthy"}),
    }
    score = {
        "operationId": "RunMLService",
        "description": "Run web service's model and get the prediction output",
        "security": [{"Bearer": []}],
        "requestBody": {
            "description": "The input payload for executing the real-time machine learning service.",
            "content": {"application/json": {"schema": {"$ref": f"{schemas}/ServiceInput"}}},
        },
        "responses": answers(_PREDICTED, "application/json", {"$ref": f"{schemas}/ServiceOutput"}),
    }
    parameter = {"name": "version", "in": "query", "required": False, "schema": {"type": "integer", "enum": [2, 3]}}
    swagger = {
        "operationId": "GetSwaggerSpec",
        "description": "Get the Swagger specification.",
        "parameters": [parameter],
        "responses": answers("The Swagger specification.", "text/plain", {"type": "string"}),
    }
    return {
        "openapi": "3.1.0" if version == "3.1" else "3.0.3",
        "info": _info(settings),
        "security": [{"Bearer": []}],
        "paths": {
            f"{prefix}/": {"get": health},
            f"{prefix}/score": {"post": score},
            f"{prefix}/swagger.json": {"get": swagger},
        },
        "components": {"schemas": {}, "securitySchemes": {"Bearer": _bearer()}},
    }
