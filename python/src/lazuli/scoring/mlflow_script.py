"""The scoring script for an MLflow model that comes without code.

Takes the bodies that Azure takes (`input_data` as a split frame, records, rows, tensors or named tensors, with
`params`) and those of MLflow's own server; answers the bare prediction as Azure does.
"""

from __future__ import annotations

import base64
import os
from typing import Any, Callable, Dict, List, Optional

from .inputs import InputError

_model: Any = None
_UNSET = object()


def init() -> None:
    """Load the model below AZUREML_MODEL_DIR. Raises FileNotFoundError when there is none, and what MLflow raises."""
    global _model
    import mlflow.pyfunc

    _model = mlflow.pyfunc.load_model(find_model_folder(os.environ.get("AZUREML_MODEL_DIR", "")))


def find_model_folder(root: str) -> str:
    """The folder with the file `MLmodel`: `root` or the first one below it. Raises FileNotFoundError."""
    for folder, subfolders, names in os.walk(root):
        if "MLmodel" in names:
            return folder
        subfolders.sort()
    raise FileNotFoundError(f"No file 'MLmodel' below '{root}': deploy a model of type mlflow_model, or give a script.")


def run(
    input_data: Any = _UNSET,
    params: Optional[Dict[str, Any]] = None,
    dataframe_split: Any = _UNSET,
    dataframe_records: Any = _UNSET,
    inputs: Any = _UNSET,
    instances: Any = _UNSET,
) -> Any:
    """Predict. One of the data members must be there.

    Returns rows as a list; frames as a list of records. Raises InputError(400) for data that the model's signature
    does not take.
    """
    from mlflow.exceptions import MlflowException

    data = _read(_given(locals()), _model.metadata.get_input_schema())
    try:
        predicted = _model.predict(data, params=params) if params else _model.predict(data)
    except MlflowException as error:
        if error.error_code in ("INVALID_PARAMETER_VALUE", "BAD_REQUEST"):
            raise InputError(400, error.message) from error
        raise
    return jsonable(predicted)


run.takes_json_members = True  # type: ignore[attr-defined]


def swagger_schemas() -> List[Dict[str, Any]]:
    """Schemas of the body and of the answer, from the model's signature."""
    schema = _model.metadata.get_input_schema()
    names = schema.input_names() if schema is not None and schema.has_input_names() else []
    frame = {
        "type": "object",
        "properties": {
            "columns": {"type": "array", "items": {"type": "string"}},
            "index": {"type": "array", "items": {"type": "integer", "format": "int64"}},
            "data": {"type": "array", "items": {"type": "array", "items": {}}},
        },
    }
    example = {"input_data": {"columns": names, "index": [0], "data": [[None for _ in names]]}}
    taken = {
        "type": "object",
        "properties": {"input_data": frame if names else {}, "params": {"type": "object"}},
        "required": ["input_data"],
        "example": example if names else {"input_data": []},
    }
    return [taken, {"type": "array", "items": {}}]


def _given(members: Dict[str, Any]) -> Dict[str, Any]:
    names = ("input_data", "dataframe_split", "dataframe_records", "inputs", "instances")
    given = {name: members[name] for name in names if members[name] is not _UNSET}
    if len(given) != 1:
        raise InputError(400, "A value is not provided for the 'input_data' parameter.")
    return given


def _read(given: Dict[str, Any], schema: Any) -> Any:
    name, data = next(iter(given.items()))
    if schema is not None and schema.is_tensor_spec():
        return _tensors(data, schema)
    frame = _frame(name, data, schema)
    return _cast(frame, schema) if schema is not None and _is_frame(frame) else frame


def _tensors(data: Any, schema: Any) -> Any:
    import numpy

    specs = schema.inputs
    try:
        if isinstance(data, dict):
            kinds = {spec.name: spec.type for spec in specs}
            return {name: numpy.array(values, dtype=kinds.get(name)) for name, values in data.items()}
        if isinstance(data, list) and data and isinstance(data[0], dict):
            return {spec.name: numpy.array([row[spec.name] for row in data], dtype=spec.type) for spec in specs}
        return numpy.array(data, dtype=specs[0].type)
    except (ValueError, TypeError) as error:
        raise InputError(400, f"The input is no tensor of the model's type: {error}") from error
    except KeyError as error:
        raise InputError(400, f"The input has no tensor {error}.") from error


def _frame(name: str, data: Any, schema: Any) -> Any:
    """A DataFrame where the data has rows and columns, an array for bare numbers, else the data as it came."""
    import numpy
    import pandas

    names = schema.input_names() if schema is not None and schema.has_input_names() else None
    try:
        if isinstance(data, str):
            return data
        if isinstance(data, dict):
            is_split = "data" in data and set(data) <= {"columns", "index", "data"} and "data" not in (names or ())
            if is_split or name == "dataframe_split":
                return pandas.DataFrame(data["data"], columns=data.get("columns", names), index=data.get("index"))
            is_table = all(isinstance(values, list) for values in data.values())
            return pandas.DataFrame(data if is_table else [data])
        if isinstance(data, list) and data and isinstance(data[0], dict):
            return pandas.DataFrame.from_records(data)
        if names is not None or schema is not None:
            rows = [data] if data and not isinstance(data[0], list) and names and len(names) == len(data) > 1 else data
            return pandas.DataFrame(rows, columns=names)
        return numpy.array(data)
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(400, f"The input cannot be read as a table: {error}") from error


def _is_frame(value: Any) -> bool:
    import pandas

    return isinstance(value, pandas.DataFrame)


def _cast(frame: Any, schema: Any) -> Any:
    """JSON knows few types: give each column the one of the signature. What does not fit is left for MLflow to refuse."""
    from mlflow.types import DataType

    converters = _converters()
    for position, spec in enumerate(schema.inputs):
        name = spec.name if spec.name is not None else (frame.columns[position] if position < frame.shape[1] else None)
        if name not in frame.columns or not isinstance(spec.type, DataType):
            continue
        try:
            convert = converters.get(spec.type)
            frame[name] = convert(frame[name]) if convert else frame[name].astype(spec.type.to_pandas())
        except (ValueError, TypeError):
            continue
    return frame


def _converters() -> Dict[Any, Callable[[Any], Any]]:
    import pandas
    from mlflow.types import DataType

    return {
        DataType.binary: lambda column: column.map(base64.b64decode),
        DataType.datetime: pandas.to_datetime,
        DataType.string: lambda column: column.where(column.isna(), column.astype(str)),
    }


def jsonable(value: Any) -> Any:
    """A prediction in the form that Azure answers: arrays as lists, frames and series as records."""
    if _is_frame(value):
        return [{str(name): jsonable(cell) for name, cell in row.items()} for row in value.to_dict(orient="records")]
    if hasattr(value, "to_frame"):
        return jsonable(value.to_frame())
    if hasattr(value, "tolist"):
        return jsonable(value.tolist())
    if isinstance(value, dict):
        return {str(name): jsonable(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(member) for member in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
