"""Scores irises as Azure's own examples do: init() loads the model below AZUREML_MODEL_DIR, run() gets JSON text."""

import json
import logging
import os

import joblib

model = None


def init():
    global model
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "iris.joblib")
    model = joblib.load(path)
    logging.info("quiet line")
    print("the model is loaded, color", os.environ.get("COLOR", "none"))


def run(raw_data):
    rows = json.loads(raw_data)["data"]
    if rows == "fail":
        raise ValueError("asked to fail")
    return model.predict(rows).tolist()
