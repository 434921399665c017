"""The server under test: the release build in dev mode, on a data folder of its own, with a clock that can be moved."""

import mmap
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
import urllib.error
import urllib.request

# A line of the log that is worse than a warning, or the last words of a process that fell.
COMPLAINT = re.compile(r"^\S+ (error|critical) |Fatal error|^\*\*\* |Crashed:")
BINARY = pathlib.Path(os.environ.get("POSTERN_BINARY", ".build/release/postern")).resolve()


class Clock:
    """How far the server's wall clock is off; None of it if no compiler can make the library that moves it."""

    def __init__(self, folder):
        self._page = None
        library, offset = folder / "clock.so", folder / "clock"
        source = pathlib.Path(__file__).with_name("clock.c")
        compiler = shutil.which("clang") or shutil.which("cc")
        if compiler is None or subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, source]).returncode:
            self.environment = {}
            return
        offset.write_bytes(struct.pack("<q", 0))
        with offset.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), 8)
        self.environment = {"LD_PRELOAD": str(library), "SOAK_CLOCK": str(offset)}

    @property
    def can_jump(self):
        return self._page is not None

    def jump(self, seconds):
        [offset] = struct.unpack("<q", self._page[:])
        self._page[:] = struct.pack("<q", offset + int(seconds * 1000))


class Server:
    def __init__(self, folder):
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.clock = Clock(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    def launch(self):
        """Starts the process, and does not wait for it."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith("POSTERN_")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--dev", "--port", str(self.port), "--log-level", "warning",
                 "--data-dir", self.data],
                env={**variables, **self.clock.environment}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait_until_ready(self, within=90):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit(f"soak: the server exited with {self.process.returncode}:\n{self.tail()}")
            try:
                opener.open(f"http://127.0.0.1:{self.port}/readyz", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        raise SystemExit(f"soak: the server does not get ready:\n{self.tail()}")

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def kill(self):
        """As the power does. Gives the exit code of a process that was dead already, of its own; otherwise None."""
        self.process.send_signal(signal.SIGKILL)
        code = self.process.wait(30)
        return None if code == -signal.SIGKILL else code

    def complaints(self):
        """What the server logged as its own trouble, or cried while it fell."""
        return [f"the server's log: {line}" for line in self.log.read_text(errors="replace").splitlines()
                if COMPLAINT.search(line)]

    def stop(self):
        """Asks it to stop, and gives the exit code."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            return "none: it did not stop within 30 s"

    def names(self):
        """What `demo.env` says."""
        return dict(line.split("=", 1) for line in (self.data / "demo.env").read_text().split())
