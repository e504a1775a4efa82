"""Trains a small classifier and logs it with MLflow: nothing but the environment tells it where."""

import argparse
import json
import os

import mlflow
import mlflow.sklearn
import pandas as pd
from sklearn.linear_model import LogisticRegression

parser = argparse.ArgumentParser()
parser.add_argument("--data", required=True)
parser.add_argument("--iterations", type=int, required=True)
parser.add_argument("--report", required=True)
arguments = parser.parse_args()

print("first line", flush=True)
mlflow.autolog()
frame = pd.read_csv(arguments.data)
features, target = frame.drop(columns=["target"]), frame["target"]
with mlflow.start_run():
    model = LogisticRegression(max_iter=arguments.iterations).fit(features, target)
    mlflow.log_metric("training_accuracy", model.score(features, target))
mlflow.sklearn.save_model(model, "outputs/model")

os.makedirs(arguments.report, exist_ok=True)
with open(os.path.join(arguments.report, "report.json"), "w") as file:
    json.dump({"rows": len(frame), "run": os.environ["AZUREML_RUN_ID"]}, file)
print("last line", flush=True)
