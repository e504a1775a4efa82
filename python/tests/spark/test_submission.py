"""What `spark-submit` is told. Run: python -m unittest (in this folder)."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src"))

from lazuli.spark.submission import choose_cores, choose_memory, describe, render_submission, to_mebibytes

SETTINGS = {"entry": {"file": "main.py"}, "conf": {}, "pyFiles": [], "jars": [], "files": [], "archives": [], "outputs": []}


class Submission(unittest.TestCase):
    def test_takes_the_memory_of_driver_and_executor_together(self):
        self.assertEqual(choose_memory({"spark.driver.memory": "2g", "spark.executor.memory": "512m"}, 64_000), 2560)
        self.assertEqual(choose_memory({"spark.driver.memory": "56g", "spark.executor.memory": "56g"}, 8_000), 6000)
        self.assertEqual([to_mebibytes(text) for text in ("1g", "512M", "2048k", "3gb", "", "x")], [1024, 512, 2, 3072, 0, 0])

    def test_takes_the_cores_of_all_executors_as_far_as_there_are(self):
        asked = {"spark.executor.cores": "2", "spark.executor.instances": "2"}
        self.assertEqual(choose_cores(asked, 16), 4)
        self.assertEqual(choose_cores(asked, 3), 3)
        self.assertEqual(choose_cores(dict(asked, **{"spark.dynamicAllocation.maxExecutors": "4"}), 16), 8)
        self.assertEqual(choose_cores({}, 16), 16)

    def test_lets_the_job_s_own_settings_win(self):
        conf = {"spark.ui.enabled": "True", "spark.sql.shuffle.partitions": 4}
        words = render_submission(dict(SETTINGS, conf=conf), ["--a", "1 2"], 4, 8_000)
        chosen = describe(words)
        self.assertEqual(chosen["spark.ui.enabled"], "true")
        self.assertEqual(chosen["spark.sql.shuffle.partitions"], "4")
        self.assertEqual(chosen["spark.master"], "local[4]")
        self.assertEqual(words[-3:], ["main.py", "--a", "1 2"])

    def test_names_files_and_the_class_of_a_jar(self):
        settings = dict(SETTINGS, entry={"className": "org.Main"}, jars=["app.jar", "lib.jar"], files=["a.txt", "b.txt"])
        words = render_submission(settings, [], 1, 8_000)
        self.assertEqual(words[-7:], ["--files", "a.txt,b.txt", "--jars", "lib.jar", "--class", "org.Main", "app.jar"])


if __name__ == "__main__":
    unittest.main()
