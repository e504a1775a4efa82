"""Parallel jobs over files, without any package. Run: python -m unittest (in this folder)."""

import os
import signal
import socket
import time
import unittest

from job_process import Job

NAMES = """
    import os
    def run(mini_batch):
        return [os.path.basename(path) for path in mini_batch]
"""


class Splitting(unittest.TestCase):
    def test_by_count_in_the_input_s_order(self):
        job = Job(NAMES)
        job.write_inputs(5)
        code, text = job.run({"miniBatchSize": "2"})
        self.assertEqual(code, 0, text)
        self.assertEqual(job.rows(), ["00.txt", "01.txt", "02.txt", "03.txt", "04.txt"])
        self.assertEqual([row["items"] for row in job.table()], [2, 2, 1])

    def test_by_bytes(self):
        job = Job(NAMES)
        for name in ("a", "b", "c"):
            job.write("input/" + name, "x" * 600)
        job.write("input/d", "x" * 3000)
        code, text = job.run({"miniBatchSize": "1kb"})
        self.assertEqual(code, 0, text)
        self.assertEqual([row["items"] for row in job.table()], [1, 1, 1, 1])
        code, text = job.run({"miniBatchSize": "2kb"})
        self.assertEqual([row["items"] for row in job.table()], [3, 1])

    def test_by_named_folders(self):
        job = Job(
            """
            def run(mini_batch, mini_batch_context):
                return ["%s %d %s" % (sorted(mini_batch_context.partition_key_value.items()), len(mini_batch),
                        mini_batch_context.minibatch_index)]
            """
        )
        for store, brand in (("1", "a"), ("1", "b"), ("2", "a")):
            job.write("input/Store=%s/Brand=%s/one.csv" % (store, brand), "")
            job.write("input/Store=%s/Brand=%s/two.csv" % (store, brand), "")
        code, text = job.run({"partitionKeys": ["Store"], "errorThreshold": -1})
        self.assertEqual(code, 0, text)
        self.assertEqual(job.rows(), ["[('Store', '1')] 4 0", "[('Store', '2')] 2 1"])

    def test_by_plain_folders(self):
        job = Job("def run(files, context):\n    return [list(context.partition_key_value.values())]\n")
        job.write("input/1001/dominicks/x.csv", "")
        job.write("input/1002/tropicana/x.csv", "")
        code, text = job.run({"partitionKeys": ["Store", "Brand"]})
        self.assertEqual(code, 0, text)
        self.assertEqual(job.rows(), ["['1001', 'dominicks']", "['1002', 'tropicana']"])

    def test_a_single_file_is_a_mini_batch(self):
        job = Job(NAMES)
        job.input = job.write("data.csv", "1")
        code, text = job.run()
        self.assertEqual(code, 0, text)
        self.assertEqual(job.rows(), ["data.csv"])

    def test_an_empty_input_fails(self):
        code, text = Job(NAMES).run()
        self.assertEqual(code, 1)
        self.assertIn("The input is empty", text)


class EntryScripts(unittest.TestCase):
    def test_stay_warm_and_see_every_argument(self):
        job = Job(
            """
            import argparse, os
            def init():
                global count, model
                parser = argparse.ArgumentParser(allow_abbrev=False)
                parser.add_argument("--model")
                parser.add_argument("--resource_monitor_interva")
                args, rest = parser.parse_known_args()
                model = [args.model, args.resource_monitor_interva] + rest
                count = 0
                print("init was called")
            def run(mini_batch):
                global count
                count += 1
                return ["%d %d %s" % (os.getpid(), count, model)]
            def shutdown():
                print("shutdown was called")
            """
        )
        job.write_inputs(4)
        arguments = "--model 'my model' --resource_monitor_interva 20 --task_overhead_timeout 30"
        code, text = job.run({"maxConcurrencyPerInstance": 1}, arguments=arguments)
        self.assertEqual(code, 0, text)
        rows = [row.split(" ", 2) for row in job.rows()]
        self.assertEqual(len({row[0] for row in rows}), 1)
        self.assertEqual([row[1] for row in rows], ["1", "2", "3", "4"])
        self.assertEqual(rows[0][2], "['my model', '20', '--task_overhead_timeout', '30']")
        log = job.read("logs/user/stdout/node-0/process000.stdout.txt")
        self.assertEqual(log, "init was called\nshutdown was called\n")

    def test_may_use_the_logger_of_azure(self):
        job = Job(
            """
            from azureml_user.parallel_run import EntryScript
            def init():
                EntryScript().logger.info("from the script")
            def run(mini_batch):
                return mini_batch
            """
        )
        job.write_inputs(1)
        code, text = job.run()
        self.assertEqual(code, 0, text)
        self.assertIn("from the script", job.read("logs/user/entry_script_log/node-0/process000.log.txt"))

    def test_that_cannot_start_end_the_job_with_their_traceback(self):
        job = Job("def init():\n    raise ValueError('no model')\ndef run(batch):\n    return batch\n")
        job.write_inputs(4)
        code, text = job.run()
        self.assertEqual(code, 1)
        self.assertIn("loading it or init() failed 3 times", text)
        self.assertRegex(text, r'entry.py", line 2, in init\n.*\n(.*\n)?ValueError: no model')

    def test_without_run_are_refused(self):
        job = Job("def init():\n    pass\n")
        job.write_inputs(1)
        code, text = job.run()
        self.assertEqual(code, 1)
        self.assertIn("has no function run(mini_batch)", text)

    def test_that_return_nothing_fail(self):
        job = Job("def run(batch):\n    pass\n")
        job.write_inputs(1)
        code, text = job.run({"maxRetries": 0})
        self.assertEqual(code, 1)
        self.assertIn("run() returned nothing", text)


class Failures(unittest.TestCase):
    FAILS = """
        import os
        def run(mini_batch):
            if os.path.basename(mini_batch[0]) in ("01.txt", "03.txt"):
                raise ValueError("bad " + os.path.basename(mini_batch[0]))
            return mini_batch
    """

    def test_are_retried_and_then_ignored(self):
        job = Job(self.FAILS)
        job.write_inputs(5)
        code, text = job.run({"maxRetries": 2})
        self.assertEqual(code, 0, text)
        rows = job.table()
        self.assertEqual([row["status"] for row in rows], ["Succeeded", "Failed", "Succeeded", "Failed", "Succeeded"])
        self.assertEqual(rows[1]["retries"], 2)
        self.assertIn("ValueError: bad 01.txt", rows[1]["error"])
        self.assertIn('entry.py", line', rows[1]["error"])
        self.assertIn("3 succeeded, 2 failed", job.read("logs/job_result.txt"))
        self.assertIn("bad 01.txt", job.read("logs/user/error/node-0/%s.txt" % rows[1]["process"]))

    def test_beyond_a_threshold_fail_the_job(self):
        for settings, arguments, reason in (
            ({"miniBatchErrorThreshold": 1}, "", "more than mini_batch_error_threshold 1"),
            ({"errorThreshold": 1}, "", "more than error_threshold 1"),
            ({}, "--error_threshold 1", "more than error_threshold 1"),
            ({}, "--allowed_failed_percent 30", "more than allowed_failed_percent 30"),
        ):
            with self.subTest(reason):
                job = Job(self.FAILS)
                job.write_inputs(5)
                code, text = job.run(dict({"maxRetries": 0}, **settings), arguments=arguments)
                self.assertEqual(code, 1)
                self.assertIn(reason, text)
                self.assertIn("ValueError: bad 01.txt", text)

    def test_within_the_thresholds_do_not(self):
        job = Job(self.FAILS)
        job.write_inputs(5)
        settings = {"maxRetries": 0, "miniBatchErrorThreshold": 2, "errorThreshold": 2}
        code, text = job.run(settings, arguments="--allowed_failed_percent 40")
        self.assertEqual(code, 0, text)

    def test_of_all_mini_batches_fail_the_job(self):
        job = Job("def run(batch):\n    raise ValueError('never')\n")
        job.write_inputs(2)
        code, text = job.run({"maxRetries": 0})
        self.assertEqual(code, 1)
        self.assertIn("All 2 mini-batches failed", text)

    def test_items_that_are_not_returned_count_as_failed(self):
        job = Job("def run(batch):\n    return batch[:1]\n")
        job.write_inputs(6)
        code, text = job.run({"miniBatchSize": 3, "errorThreshold": 3})
        self.assertEqual(code, 1)
        self.assertIn("4 items failed, more than error_threshold 3", text)
        code, text = job.run({"miniBatchSize": 3, "errorThreshold": 4})
        self.assertEqual(code, 0, text)


class Processes(unittest.TestCase):
    def test_that_hang_are_replaced(self):
        job = Job(
            """
            import os, time
            def run(batch):
                if batch[0].endswith("01.txt") and not os.path.exists("hung"):
                    open("hung", "w").close()
                    time.sleep(600)
                return batch
            """
        )
        job.write_inputs(4)
        code, text = job.run({"timeoutSeconds": 1})
        self.assertEqual(code, 0, text)
        self.assertEqual(job.table()[1]["retries"], 1)
        self.assertIn("run() took longer than 1 seconds", text)

    def test_that_die_are_replaced(self):
        job = Job(
            """
            import os, signal
            def run(batch):
                if batch[0].endswith("01.txt") and not os.path.exists("died"):
                    open("died", "w").close()
                    os.kill(os.getpid(), signal.SIGKILL)
                return batch
            """
        )
        job.write_inputs(4)
        code, text = job.run()
        self.assertEqual(code, 0, text)
        self.assertEqual(len(job.rows()), 4)
        self.assertIn("ended by signal SIGKILL", text)

    def test_end_with_the_job(self):
        job = Job(
            """
            import os, time
            def run(batch):
                open("pid", "w").write(str(os.getpid()))
                os.rename("pid", "started")
                time.sleep(600)
            """
        )
        job.write_inputs(1)
        process = job.start()
        started = os.path.join(job.folder, "started")
        while not os.path.exists(started):
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        text = process.stdout.read()
        process.stdout.close()
        self.assertEqual(process.wait(60), 143, text)
        with self.assertRaises(ProcessLookupError):
            os.kill(int(job.read("started")), 0)

    def test_are_watched(self):
        job = Job("import time\ndef run(batch):\n    time.sleep(0.8)\n    return batch\n")
        job.write_inputs(6)
        code, text = job.run(arguments="--resource_monitor_interval 1")
        self.assertEqual(code, 0, text)
        if os.path.isdir("/proc"):
            self.assertIn("memory_used_mib", job.read("logs/sys/perf/node-0/node_resource_usage.csv"))
            self.assertIn("process000", job.read("logs/sys/perf/node-0/processes_resource_usage.csv"))


class Resuming(unittest.TestCase):
    def test_does_only_what_failed(self):
        job = Job(Failures.FAILS)
        job.write_inputs(5)
        code, _ = job.run({"maxRetries": 0, "miniBatchErrorThreshold": 1, "maxConcurrencyPerInstance": 1})
        self.assertEqual(code, 1)
        again = Job("def run(batch):\n    print('ran', batch)\n    return batch\n")
        again.input = job.input
        code, text = again.run({"maxConcurrencyPerInstance": 1}, resume_from=job.folder)
        self.assertEqual(code, 0, text)
        self.assertEqual(len(again.rows()), 5)
        done = [row["resumed"] for row in again.table()]
        self.assertEqual(done, [True, False, True, False, False])
        self.assertEqual(again.read("logs/user/stdout/node-0/process000.stdout.txt").count("ran"), 3)


class Nodes(unittest.TestCase):
    def test_work_together(self):
        script = """
            import os, time
            def run(batch):
                time.sleep(0.2)
                return [os.environ["NODE_RANK"] + " " + os.path.basename(path) for path in batch]
        """
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        nodes = [Job(script), Job(script)]
        variables = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "LAZULI_GANG_SECRET": "s"}
        processes = []
        for rank, node in enumerate(nodes):
            node.write_inputs(12)
            processes.append(node.start({"nodeCount": 2}, variables=dict(variables, NODE_RANK=str(rank))))
        texts = [process.stdout.read() for process in processes]
        for process in processes:
            process.stdout.close()
        self.assertEqual([process.wait(60) for process in processes], [0, 0], texts)
        rows = nodes[0].rows()
        self.assertEqual([row.split(" ")[1] for row in rows], ["%02d.txt" % number for number in range(12)])
        self.assertEqual({row.split(" ")[0] for row in rows}, {"0", "1"})


if __name__ == "__main__":
    unittest.main()
