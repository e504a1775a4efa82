"""Runs a parallel job as the platform does: `python -m lazuli.parallel` with settings, paths and arguments."""

import json
import os
import subprocess
import sys
import tempfile
import textwrap

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src")


class Job:
    """A folder with an entry script and an input; `run` carries the job out in it."""

    def __init__(self, script):
        self.folder = tempfile.mkdtemp(prefix="lazuli-parallel-test-")
        self.input = os.path.join(self.folder, "input")
        self.output = os.path.join(self.folder, "rows.txt")
        os.mkdir(self.input)
        self.write("entry.py", textwrap.dedent(script))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def write_inputs(self, count):
        for number in range(count):
            self.write("input/%02d.txt" % number, str(number))

    def start(self, settings=None, arguments="", append=True, variables=None, resume_from=""):
        lines = ["input_data=" + self.input]
        if append:
            lines.append("append_row_to=" + self.output)
        if resume_from:
            lines.append("resume_from=" + resume_from)
        lines.append("program_arguments=" + arguments)
        known = {"entryScript": "entry.py", "inputKind": "files", "maxConcurrencyPerInstance": 2, "miniBatchSize": 1}
        known.update(settings or {})
        environment = dict(os.environ, PYTHONPATH=SOURCE, LAZULI_PARALLEL=json.dumps(known))
        environment.update(variables or {})
        process = subprocess.Popen(
            [sys.executable, "-m", "lazuli.parallel"],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
        )
        process.stdin.write("\n".join(lines))
        process.stdin.close()
        return process

    def run(self, settings=None, **options):
        """Exit code and what it printed."""
        process = self.start(settings, **options)
        text = process.stdout.read()
        process.stdout.close()
        return process.wait(120), text

    def rows(self):
        with open(self.output) as file:
            return file.read().split("\n")[:-1]

    def read(self, name):
        with open(os.path.join(self.folder, name)) as file:
            return file.read()

    def table(self):
        return json.loads(self.read("logs/sys/job_report/mini_batches.json"))["miniBatches"]
