import numpy as np
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema


def init():
    pass


@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0]])))
@input_schema("factor", StandardPythonParameterType(3), optional=True)
@output_schema(StandardPythonParameterType([1.0]))
def run(data, factor=2):
    return (data.sum(axis=1) * factor).tolist()
