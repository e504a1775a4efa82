from mldesigner import Output, command_component


@command_component(environment="azureml://registries/azureml/environments/mldesigner/labels/latest")
def double(value: int) -> Output(type="integer", is_control=True):
    return value * 2
