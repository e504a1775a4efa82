"""What our server does beyond Azure's contract: timing, concurrency, streams, shutdown, and no packages needed."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import threading
import time
import unittest

from server_process import ServerProcess

JSON = {"Content-Type": "application/json"}


class ScoringServerTest(unittest.TestCase):
    def test_health_is_answered_while_the_script_computes(self) -> None:
        with ServerProcess("plain.py") as server:
            scoring = threading.Thread(target=server.ask, args=("POST", "/score", b'{"sleep": 1}', JSON))
            scoring.start()
            time.sleep(0.1)
            started = time.monotonic()
            self.assertEqual(server.ask("GET", "/").status, 200)
            self.assertLess(time.monotonic() - started, 0.5)
            scoring.join()

    def test_as_many_calls_run_at_once_as_allowed(self) -> None:
        for allowed, wanted_s in ((4, 1.2), (1, None)):
            with ServerProcess("plain.py", LAZULI_MAX_CONCURRENT_REQUESTS=str(allowed)) as server:
                started = time.monotonic()
                calls = [
                    threading.Thread(target=server.ask, args=("POST", "/score", b'{"sleep": 0.4}', JSON)) for _ in range(4)
                ]
                for call in calls:
                    call.start()
                for call in calls:
                    call.join()
                took_s = time.monotonic() - started
                if wanted_s is None:
                    self.assertGreaterEqual(took_s, 1.6)
                else:
                    self.assertLess(took_s, wanted_s)

    def test_a_call_past_its_time_is_ended_and_the_next_is_served(self) -> None:
        for allowed in ("1", "3"):
            with ServerProcess("plain.py", SCORING_TIMEOUT_MS="200", LAZULI_MAX_CONCURRENT_REQUESTS=allowed) as server:
                answers = []
                order = b'{"sleep": 1.5}'
                calls = [
                    threading.Thread(target=lambda: answers.append(server.ask("POST", "/score", order, JSON))) for _ in range(3)
                ]
                for call in calls:
                    call.start()
                for call in calls:
                    call.join()
                self.assertEqual([answer.status for answer in answers], [500] * 3)
                self.assertIn(b"Scoring timeout after 200 ms", answers[0].body)
                self.assertEqual(server.ask("POST", "/score", b'{"a": 1}', JSON).status, 200)

    def test_coroutines_run_together(self) -> None:
        with ServerProcess("asynchronous.py", LAZULI_MAX_CONCURRENT_REQUESTS="8") as server:
            answers = []
            calls = [
                threading.Thread(target=lambda: answers.append(server.ask("POST", "/score", b"{}", JSON))) for _ in range(4)
            ]
            for call in calls:
                call.start()
            for call in calls:
                call.join()
            self.assertEqual({answer.status for answer in answers}, {200})
            self.assertGreater(max(json.loads(answer.body)["busiest"] for answer in answers), 1)

    def test_a_generator_is_streamed(self) -> None:
        with ServerProcess("streaming.py") as server:
            answer = server.ask("POST", "/score", b"")
            self.assertEqual(answer.headers["transfer-encoding"], "chunked")
            self.assertEqual(answer.body, b"data: 0\n\ndata: 1\n\ndata: 2\n\n")

    def test_a_failing_init_ends_the_process_with_its_traceback_last(self) -> None:
        server = ServerProcess("broken_init.py")
        self.assertEqual(server.process.wait(30), 3)
        self.assertEqual(server.log().rstrip().splitlines()[-1], "FileNotFoundError: model.pkl is not there")
        server.__exit__()

    def test_requests_under_way_are_finished_on_sigterm(self) -> None:
        with ServerProcess("plain.py") as server:
            answers = []
            call = threading.Thread(target=lambda: answers.append(server.ask("POST", "/score", b'{"sleep": 0.6}', JSON)))
            call.start()
            time.sleep(0.2)
            server.process.send_signal(signal.SIGTERM)
            call.join()
            self.assertEqual([answer.status for answer in answers], [200])
            self.assertEqual(server.process.wait(10), 0)

    def test_the_port_is_chosen_and_written_when_asked(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "port")
            server = ServerProcess("plain.py", LAZULI_PORT="", LAZULI_PORT_FILE=path)
            ends_at = time.monotonic() + 30
            while not os.path.exists(path) and time.monotonic() < ends_at:
                time.sleep(0.02)
            with open(path) as file:
                server.port = int(file.read())
            self.assertEqual(server.ask("GET", "/").status, 200)
            server.__exit__()

    def test_a_missing_script_says_so(self) -> None:
        server = ServerProcess("nowhere.py")
        self.assertEqual(server.process.wait(30), 3)
        self.assertIn("FileNotFoundError", server.log())
        server.__exit__()


class StrictParserTest(unittest.TestCase):
    def test_malformed_messages_are_refused_and_the_connection_closes(self) -> None:
        host = b"Host: x\r\n"
        messages = [
            (b"GET / HTTP/1.1\r\n\r\n", 400),
            (b"GET  / HTTP/1.1\r\n" + host + b"\r\n", 400),
            (b"get / HTTP/1.1\r\n" + host + b"\r\n", 400),
            (b"GET http://x/ HTTP/1.1\r\n" + host + b"\r\n", 400),
            (b"GET / HTTP/2.0\r\n" + host + b"\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n", 400),
            (b"POST /score HTTP/1.1\r\n" + host + b"Content-Length: +3\r\n\r\nabc", 400),
            (b"POST /score HTTP/1.1\r\n" + host + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
            (b"POST /score HTTP/1.1\r\n" + host + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400),
            (b"POST /score HTTP/1.1\r\n" + host + b"Transfer-Encoding: gzip\r\n\r\n", 501),
            (b"POST /score HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
            (b"POST /score HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400),
            (b"POST /score HTTP/1.1\r\n" + host + b"Content-Length: 99999999999\r\n\r\n", 413),
            (b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * 70000 + b"\r\n\r\n", 431),
            (b"GET / HTTP/1.1\r\n" + host + b"A: b\r\n" * 101 + b"\r\n", 431),
        ]
        with ServerProcess("plain.py") as server:
            for message, status in messages:
                with self.subTest(message=message[:80]):
                    answer = server.send_bytes(message)
                    self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % status), answer[:100])
                    self.assertIn(b"Connection: close", answer)
            self.assertEqual(server.ask("GET", "/").status, 200)

    def test_messages_in_pieces_in_a_row_and_in_chunks_are_understood(self) -> None:
        head = b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        chunked = head + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\n{\"a\r\n5\r\n\": 1}\r\n0\r\nTrailer: t\r\n\r\n"
        whole = head + b'Content-Length: 8\r\n\r\n{"a": 1}'
        with ServerProcess("plain.py") as server:
            self.assertEqual(server.send_bytes(*[bytes([byte]) for byte in whole[:12]], whole[12:]).count(b"200 OK"), 1)
            self.assertEqual(server.send_bytes(whole + chunked + whole).count(b'{"got": {"a": 1}}'), 3)
            waiting = server.send_bytes(head + b"Expect: 100-continue\r\nContent-Length: 8\r\n\r\n", b'{"a": 1}')
            self.assertTrue(waiting.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"))
            old = server.send_bytes(b"GET / HTTP/1.0\r\n\r\n")
            self.assertIn(b"Connection: close", old)


if __name__ == "__main__":
    unittest.main()
