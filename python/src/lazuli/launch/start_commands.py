"""Starts commands for a runner, from a process so small that starting another costs half a millisecond.

Run as a script with `-I -S`: only the standard library is there. Each line of standard input is a JSON object
`{"id", "program", "args", "folder", "variables", "log"}`. Answers on standard output, one JSON object a line:
`{"ready": true}` first, then for each request `{"id", "pid"}` or `{"id", "error"}`, and once the command has ended
`{"id", "exitCode"}` or `{"id", "signal"}`. Ends with its standard input; the commands go on.
"""

import json
import os
import select
import signal
import subprocess
import sys

READ_BYTES = 1 << 16


def main():
    """Serves until standard input ends. Returns nothing; the commands that run then are nobody's children."""
    Launcher(open_wake_pipe()).serve()


class Launcher:
    """The commands that were started and have not ended."""

    def __init__(self, wake):
        self._wake = wake
        # By pid: what the runner calls the command, and its Popen, which must live as long as the process.
        self._running = {}
        self._answers = []

    def serve(self):
        rest = b""
        self._answers.append({"ready": True})
        while True:
            self._send()
            readable, _, _ = select.select([0, self._wake], [], [])
            if self._wake in readable:
                drain(self._wake)
            if 0 in readable:
                read = os.read(0, READ_BYTES)
                if not read:
                    return
                *lines, rest = (rest + read).split(b"\n")
                for line in lines:
                    self._start(json.loads(line))
            self._reap()

    def _start(self, request):
        try:
            process = start(request)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            self._answers.append({"id": request["id"], "error": str(error)})
            return
        self._running[process.pid] = (request["id"], process)
        self._answers.append({"id": request["id"], "pid": process.pid})

    def _reap(self):
        while self._running:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            request_id, process = self._running.pop(pid)
            # Popen would wait for a process that is gone.
            process.returncode = status
            if os.WIFSIGNALED(status):
                self._answers.append({"id": request_id, "signal": os.WTERMSIG(status)})
            else:
                self._answers.append({"id": request_id, "exitCode": os.WEXITSTATUS(status)})

    def _send(self):
        if not self._answers:
            return
        lines = "".join(json.dumps(answer) + "\n" for answer in self._answers).encode()
        self._answers.clear()
        while lines:
            lines = lines[os.write(1, lines) :]


def start(request):
    """Starts one command in a session of its own; both streams go to the end of its log.

    request: as in the module's text. Returns the Popen. Raises OSError when the system starts nothing, ValueError for
             words that no system takes.
    """
    # As bytes, whatever the locale: the runner's language is UTF-8.
    variables = {name.encode(): value.encode() for name, value in request["variables"].items()}
    log = os.open(request["log"].encode(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        return subprocess.Popen(
            [word.encode() for word in [request["program"]] + request["args"]],
            cwd=request["folder"].encode(),
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)


def open_wake_pipe():
    """A file that becomes readable when a child ends."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    # Handlers, unlike ignored signals, are not handed down to the commands.
    for number in (signal.SIGCHLD, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return read


def drain(file):
    try:
        while os.read(file, READ_BYTES):
            pass
    except BlockingIOError:
        pass


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        # The runner is gone, and with it whoever wanted to know.
        sys.exit(0)
