"""Answers requests: `init` runs once when the deployment starts, `run` once a request."""

import json
import os
from pathlib import Path

import mlflow
import pandas as pd


def init():
    global model
    # The registered folder lies below AZUREML_MODEL_DIR, under the name it had in the job.
    folder = next(Path(os.environ["AZUREML_MODEL_DIR"]).rglob("MLmodel")).parent
    model = mlflow.sklearn.load_model(str(folder))


def run(raw_data):
    wines = pd.DataFrame(json.loads(raw_data)["data"], columns=model.feature_names_in_)
    return model.predict(wines).tolist()
