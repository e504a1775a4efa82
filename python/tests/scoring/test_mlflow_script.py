"""MLflow models without a script: the bodies that Azure and MLflow take, the signature enforced, bare predictions."""

from __future__ import annotations

import json
import os
import tempfile
import unittest
from typing import Any, Tuple

import mlflow.pyfunc
import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression

from server_process import ServerProcess

COLUMNS = ["length", "width"]
ROWS = [[1, 5.0], [9, 1.0]]
# Named, because finding them out takes MLflow half a minute.
SAVE = {"pip_requirements": ["mlflow"]}
JSON = {"Content-Type": "application/json"}


def _train(folder: str) -> None:
    frame = pd.DataFrame([[1, 5.0], [2, 4.0], [8, 1.0], [9, 2.0]], columns=COLUMNS)
    model = LogisticRegression().fit(frame, ["short", "short", "long", "long"])
    signature = infer_signature(frame, model.predict(frame))
    mlflow.sklearn.save_model(model, os.path.join(folder, "iris"), signature=signature, **SAVE)


def _make_doubler() -> mlflow.pyfunc.PythonModel:
    """Its class is local, so that it is saved with the model instead of by the name of this file."""

    class Doubler(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
            factor = (params or {}).get("factor", 2)
            return pd.DataFrame({"doubled": model_input["x"] * factor, "at": pd.Timestamp("2024-01-01")})

    return Doubler()


class MlflowScriptTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        _train(cls.folder.name)
        cls.server = ServerProcess(None, folder=cls.folder.name).__enter__()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.server.__exit__()
        cls.folder.cleanup()

    def _score(self, body: Any) -> Tuple[int, Any]:
        answer = self.server.ask("POST", "/score", json.dumps(body).encode(), JSON)
        return answer.status, json.loads(answer.body)

    def test_every_form_of_a_table_gives_the_bare_predictions(self) -> None:
        records = [dict(zip(COLUMNS, row)) for row in ROWS]
        split = {"columns": COLUMNS, "data": ROWS}
        bodies = [
            {"input_data": {**split, "index": [0, 1]}},
            {"input_data": split},
            {"input_data": {"columns": COLUMNS[::-1], "data": [row[::-1] for row in ROWS]}},
            {"input_data": {"data": ROWS}},
            {"input_data": records},
            {"input_data": ROWS},
            {"input_data": {name: [row[at] for row in ROWS] for at, name in enumerate(COLUMNS)}},
            {"dataframe_split": split},
            {"dataframe_records": records},
            {"inputs": {name: [row[at] for row in ROWS] for at, name in enumerate(COLUMNS)}},
        ]
        for body in bodies:
            with self.subTest(body=body):
                self.assertEqual(self._score(body), (200, ["short", "long"]))

    def test_a_single_record_is_a_table_of_one_row(self) -> None:
        self.assertEqual(self._score({"input_data": {"length": 9, "width": 1}}), (200, ["long"]))

    def test_what_the_signature_does_not_take_is_refused_in_its_own_words(self) -> None:
        status, answer = self._score({"input_data": {"columns": ["length"], "data": [[1]]}})
        self.assertEqual(status, 400)
        self.assertIn("width", answer["message"])
        self.assertEqual(self._score({"input_data": {"columns": COLUMNS, "data": [["a", "b"]]}})[0], 400)
        self.assertEqual(self._score({"data": ROWS})[0], 400)
        self.assertEqual(self._score([1])[0], 400)
        self.assertEqual(self._score({"input_data": {"columns": COLUMNS, "data": [[1]]}})[0], 400)

    def test_the_description_names_the_columns(self) -> None:
        described = json.loads(self.server.ask("GET", "/swagger.json").body)
        example = described["definitions"]["ServiceInput"]["example"]
        self.assertEqual(example["input_data"]["columns"], COLUMNS)

    def test_tensors_are_taken_by_a_model_of_tensors(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            array = np.array([[1.0, 5.0], [9.0, 1.0]])
            model = LogisticRegression().fit(array, [0, 1])
            signature = infer_signature(array, np.array([0, 1]))
            mlflow.sklearn.save_model(model, os.path.join(folder, "m"), signature=signature, **SAVE)
            with ServerProcess(None, folder=folder) as server:
                answer = server.ask("POST", "/score", json.dumps({"input_data": array.tolist()}).encode(), JSON)
                self.assertEqual((answer.status, json.loads(answer.body)), (200, [0, 1]))

    def test_parameters_reach_the_model_and_frames_come_back_as_records(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            frame = pd.DataFrame({"x": [1.0]})
            signature = infer_signature(frame, frame, params={"factor": 2})
            mlflow.pyfunc.save_model(os.path.join(folder, "m"), python_model=_make_doubler(), signature=signature, **SAVE)
            with ServerProcess(None, folder=folder) as server:
                body = {"input_data": {"columns": ["x"], "data": [[3.0]]}, "params": {"factor": 10}}
                answer = server.ask("POST", "/score", json.dumps(body).encode(), JSON)
                self.assertEqual(json.loads(answer.body), [{"doubled": 30.0, "at": "2024-01-01T00:00:00"}])


if __name__ == "__main__":
    unittest.main()
