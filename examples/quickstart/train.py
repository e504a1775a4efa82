"""Trains a classifier on the wine data. Nothing here knows the platform: MLflow finds its tracking server by itself."""

import argparse

import mlflow
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

parser = argparse.ArgumentParser()
parser.add_argument("--data", required=True, help="CSV file; the column 'cultivar' is what to predict")
parser.add_argument("--strength", type=float, default=1.0, help="inverse of the regularization")
arguments = parser.parse_args()

# Logs the parameters, the metrics, and the fitted model with its requirements.
mlflow.autolog(log_datasets=False)

wine = pd.read_csv(arguments.data)
features, target = wine.drop(columns="cultivar"), wine["cultivar"]
train_x, test_x, train_y, test_y = train_test_split(features, target, test_size=0.25, random_state=0, stratify=target)
print(f"training on {len(train_x)} wines with {features.shape[1]} measurements each", flush=True)

model = make_pipeline(StandardScaler(), LogisticRegression(C=arguments.strength, max_iter=1000))
with mlflow.start_run():
    model.fit(train_x, train_y)
    accuracy = model.score(test_x, test_y)
    mlflow.log_metric("test_accuracy", accuracy)

print(f"accuracy on {len(test_x)} unseen wines: {accuracy:.1%}", flush=True)
