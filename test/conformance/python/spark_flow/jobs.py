"""Drives Spark jobs of a server with azure-ai-ml alone.

Each step prints `ok <name>` once what it asserts holds. Variables of `lazuli env` say where the server is.
"""

import contextlib
import io
import os
import tempfile
import textwrap
import zipfile
from pathlib import Path

from azure.ai.ml import Input, MLClient, Output, load_job, spark
from azure.ai.ml.exceptions import JobException
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential

client = MLClient(DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"], "lazuli", "main")
folder = Path(tempfile.mkdtemp(prefix="lazuli-spark-"))
code = folder / "src"
CONF = {
    "spark.driver.cores": 1,
    "spark.driver.memory": "1g",
    "spark.executor.cores": 1,
    "spark.executor.memory": "512m",
    "spark.executor.instances": 1,
}
RESOURCES = {"instance_type": "Standard_E8S_V3", "runtime_version": "3.4.0"}


def write_code() -> None:
    code.mkdir()
    with zipfile.ZipFile(code / "words.zip", "w") as archive:
        archive.writestr("words/__init__.py", "def shout(text):\n    return text.upper()\n")
    (code / "note.txt").write_text("from a file")
    (code / "count.py").write_text(
        textwrap.dedent(
            """
            import argparse
            from pyspark import SparkFiles
            from pyspark.sql import SparkSession
            from pyspark.sql.functions import udf
            from words import shout

            parser = argparse.ArgumentParser()
            parser.add_argument("--table")
            parser.add_argument("--out")
            parser.add_argument("--least", type=int)
            args = parser.parse_args()
            spark = SparkSession.builder.getOrCreate()
            frame = spark.read.option("header", "true").option("inferSchema", "true").csv(args.table)
            kept = frame.where(frame["number"] >= args.least)
            kept = kept.withColumn("loud", udf(shout)(kept.word))
            kept.coalesce(1).write.option("header", "true").csv(args.out)
            print("kept", kept.count())
            print("note:", open(SparkFiles.get("note.txt")).read())
            print("partitions", spark.conf.get("spark.sql.shuffle.partitions"))
            """
        )
    )
    (code / "broken.py").write_text("raise ValueError('no such column')\n")
    (folder / "table.csv").write_text("word,number\nant,1\nbee,2\ncat,3\n")


def streamed(name: str) -> str:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        client.jobs.stream(name)
    return text.getvalue()


def standalone() -> None:
    job = spark(
        display_name="count words",
        code=str(code),
        entry={"file": "count.py"},
        py_files=["words.zip"],
        files=["note.txt"],
        driver_cores=1,
        driver_memory="1g",
        executor_cores=1,
        executor_memory="512m",
        executor_instances=1,
        conf={"spark.sql.shuffle.partitions": "3"},
        inputs={"table": Input(type="uri_file", path=str(folder / "table.csv"), mode="direct"), "least": 2},
        outputs={"out": Output(type="uri_folder", mode="direct")},
        args="--table ${{inputs.table}} --out ${{outputs.out}} --least ${{inputs.least}}",
        resources=RESOURCES,
    )
    made = client.jobs.create_or_update(job)
    text = streamed(made.name)
    assert "kept 2" in text and "note: from a file" in text and "partitions 3" in text, text
    assert "Spark 3.4" in text, text
    got = client.jobs.get(made.name)
    assert (got.status, got.type, got.driver_memory) == ("Completed", "spark", "1g"), got
    assert got.outputs["out"].mode == "direct", got.outputs
    client.jobs.download(made.name, output_name="out", download_path=str(folder / "down"))
    [part] = (folder / "down" / "named-outputs" / "out").glob("part-*.csv")
    assert part.read_text() == "word,number,loud\nbee,2,BEE\ncat,3,CAT\n", part.read_text()
    print("ok standalone")


def failing() -> None:
    (folder / "broken.yml").write_text(
        textwrap.dedent(
            """
            type: spark
            code: ./src
            entry: {file: broken.py}
            conf:
              spark.driver.cores: 1
              spark.driver.memory: 1g
              spark.executor.cores: 1
              spark.executor.memory: 512m
              spark.executor.instances: 1
            resources: {instance_type: standard_e4s_v3, runtime_version: "3.4"}
            """
        )
    )
    made = client.jobs.create_or_update(load_job(folder / "broken.yml"))
    try:
        client.jobs.stream(made.name)
        raise AssertionError("The job did not fail.")
    except JobException as error:
        assert "no such column" in str(error), error
    print("ok failing")


def refusals() -> None:
    job = spark(code=str(code), entry={"file": "count.py"}, conf=CONF, resources={**RESOURCES, "runtime_version": "3.1"})
    job.driver_cores, job.driver_memory, job.executor_cores = 1, "1g", 1
    job.executor_memory, job.executor_instances = "512m", 1
    try:
        client.jobs.create_or_update(job)
        raise AssertionError("The job was accepted.")
    except HttpResponseError as error:
        assert "Spark '3.1' is not among the versions that run here" in str(error), error
    print("ok refusals")


write_code()
standalone()
failing()
refusals()
