"""What a job's run must look like from outside: `check.py <job> <registered model>`; prints `ok` at its end."""

import sys

import mlflow

job, registered = sys.argv[1:]
client = mlflow.MlflowClient()
run = client.get_run(job)
assert run.info.status == "FINISHED", run.info.status
assert client.get_experiment(run.info.experiment_id).name == "in-job"
assert run.data.metrics["mine"] == 1.5 and run.data.metrics["training_accuracy_score"] > 0.9, run.data.metrics
assert run.data.params["max_iter"] == "200", run.data.params
names = [file.path for file in client.list_artifacts(job)]
assert "model" in names and "user_logs" in names, names
version = client.get_model_version(registered, "1")
assert version.run_id == job, version
assert client.get_model_version_download_uri(registered, "1") == f"mlflow-artifacts:/ExperimentRun/dcid.{job}/model"
assert "MLmodel" in [file.path for file in mlflow.artifacts.list_artifacts(f"models:/{registered}/1")]
print("ok")
