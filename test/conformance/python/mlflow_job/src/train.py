"""A job's script: nothing but the environment tells mlflow where and under which run to log."""

import os

import mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

# mlflow takes the variable away once it has used it.
run_id = os.environ["MLFLOW_RUN_ID"]
features, target = load_iris(return_X_y=True, as_frame=True)
mlflow.autolog(log_models=False)
with mlflow.start_run() as run:
    assert run.info.run_id == run_id == os.environ["AZUREML_RUN_ID"]
    model = LogisticRegression(max_iter=200).fit(features, target)
    mlflow.log_metric("mine", 1.5)
    place = {"name": "model"} if mlflow.__version__.startswith("3") else {"artifact_path": "model"}
    registered = f"job-model-{mlflow.__version__.split('.')[0]}"
    mlflow.sklearn.log_model(model, registered_model_name=registered, pip_requirements=["scikit-learn"], **place)
print("mlflow", mlflow.__version__)
