"""Parallel jobs over MLTables, with pandas and mltable. Run: python -m unittest (in this folder)."""

import unittest

from job_process import Job

COUNTS = """
    def run(frame, context):
        return ["%s %s %s" % (context.partition_key_value, list(frame.columns), len(frame))]
"""
MLTABLE = """
type: mltable
paths:
  - pattern: ./*.csv
transformations:
  - read_delimited:
      delimiter: ","
      encoding: utf8
      header: all_files_same_headers
"""
PARTITIONED = """
type: mltable
paths:
  - pattern: ./**/*.csv
transformations:
  - read_delimited:
      delimiter: ","
      encoding: ascii
      header: all_files_same_headers
      include_path_column: true
  - extract_columns_from_partition_format:
      partition_format: "{Store}/{Brand}/{file_name}.{extension}"
  - drop_columns: [Path, file_name, extension]
"""


def table_job(script, rows=100):
    job = Job(script)
    job.write("input/MLTable", MLTABLE)
    lines = ["number,kind,text"] + ["%d,%s,%s" % (n, "even" if n % 2 == 0 else "odd", "x" * 20) for n in range(rows)]
    job.write("input/data.csv", "\n".join(lines) + "\n")
    return job


class Tables(unittest.TestCase):
    SETTINGS = {"inputKind": "table", "errorThreshold": -1}

    def test_are_split_by_bytes(self):
        job = table_job(COUNTS)
        code, text = job.run(dict(self.SETTINGS, miniBatchSize=1024))
        self.assertEqual(code, 0, text)
        items = [row["items"] for row in job.table()]
        self.assertEqual(sum(items), 100)
        self.assertGreater(len(items), 2)
        self.assertLess(len(items), 5)
        self.assertEqual(job.rows()[0], "{} ['number', 'kind', 'text'] %d" % items[0])

    def test_are_split_by_rows(self):
        job = table_job(COUNTS)
        code, text = job.run(dict(self.SETTINGS, miniBatchSize="40rows"))
        self.assertEqual(code, 0, text)
        self.assertEqual([row["items"] for row in job.table()], [40, 40, 20])

    def test_are_split_by_the_values_of_columns(self):
        job = table_job(COUNTS)
        code, text = job.run(dict(self.SETTINGS, partitionKeys=["kind"]))
        self.assertEqual(code, 0, text)
        self.assertEqual([row["partitionKeys"] for row in job.table()], [{"kind": "even"}, {"kind": "odd"}])
        self.assertEqual(job.rows()[1], "{'kind': 'odd'} ['number', 'kind', 'text'] 50")

    def test_are_split_by_what_their_paths_say(self):
        job = Job("def run(f, c):\n    return ['/'.join(str(v) for v in c.partition_key_value.values())] * len(f)\n")
        job.write("input/MLTable", PARTITIONED)
        for store in ("1001", "1002"):
            for brand in ("dominicks", "tropicana"):
                job.write("input/%s/%s/data.csv" % (store, brand), "Quantity\n1\n2\n")
        code, text = job.run(dict(self.SETTINGS, partitionKeys=["Store", "Brand"], errorThreshold=0))
        self.assertEqual(code, 0, text)
        self.assertEqual(job.rows()[::2], ["1001/dominicks", "1001/tropicana", "1002/dominicks", "1002/tropicana"])

    def test_of_rows_are_returned_without_header(self):
        job = table_job("def run(frame):\n    return frame[['number', 'kind']]\n", rows=3)
        code, text = job.run(dict(self.SETTINGS, miniBatchSize="2rows", errorThreshold=0))
        self.assertEqual(code, 0, text)
        self.assertEqual(job.rows(), ["0 even", "1 odd", "2 even"])

    def test_without_the_key_column_are_refused(self):
        job = table_job(COUNTS)
        code, text = job.run(dict(self.SETTINGS, partitionKeys=["Store"]))
        self.assertEqual(code, 1)
        self.assertIn("no column 'Store' to partition by; it has: number, kind, text", text)

    def test_resume(self):
        job = table_job("def run(f):\n    if f.number.iloc[0] == 40:\n        raise ValueError('forty')\n    return f\n")
        code, text = job.run(dict(self.SETTINGS, miniBatchSize="40rows", maxRetries=0))
        self.assertEqual(code, 0, text)
        again = Job("def run(f):\n    return f\n")
        again.input = job.input
        code, text = again.run(dict(self.SETTINGS, miniBatchSize="40rows"), resume_from=job.folder)
        self.assertEqual(code, 0, text)
        self.assertEqual([row["resumed"] for row in again.table()], [True, False, True])
        self.assertEqual(len(again.rows()), 100)


if __name__ == "__main__":
    unittest.main()
