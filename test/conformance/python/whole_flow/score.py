"""Scoring script of the deployment `blue`: a scikit-learn model loaded through MLflow."""

import json
import os

import mlflow.sklearn

model = None


def init():
    global model
    root = os.environ["AZUREML_MODEL_DIR"]
    model = mlflow.sklearn.load_model(os.path.join(root, "model"))
    print("the model is loaded")


def run(raw_data):
    rows = json.loads(raw_data)["data"]
    return model.predict(rows).tolist()
