"""The real server, as a process."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import requests

from .client import Client
from .waiting import eventually

BINARY = Path(os.environ.get("POSTERN_BINARY") or Path(__file__).parents[3] / ".build" / "release" / "postern")


def clean_environment():
    """Settings of the shell that runs the tests must not reach the server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("POSTERN_")}


def run(*arguments, timeout=60, under=()):
    """Runs a command of the binary to its end, `under` another program that starts it."""
    return subprocess.run(
        [*under, BINARY, *map(str, arguments)], env=clean_environment(), capture_output=True, text=True, timeout=timeout
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`postern serve` on a data folder, which outlives the process."""

    def __init__(self, folder, *flags, dev=True):
        self.folder = Path(folder)
        self.flags = ["--dev", *flags] if dev else list(flags)
        self.dev = dev
        self.port = free_port()
        self.log = self.folder / "server.log"
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self):
        return self.folder / "data"

    @property
    def pid(self):
        return self.process.pid

    def start(self, within=60):
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", *self.flags, "--data-dir", self.data, "--port", str(self.port)],
                env=clean_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        eventually(self._is_ready, within, lambda: f"the server is not ready:\n{self.tail()}")
        return self

    def _is_ready(self):
        assert self.process.poll() is None, f"the server exited with {self.process.returncode}:\n{self.tail()}"
        try:
            with requests.Session() as session:
                session.trust_env = False
                return session.get(self.url + "/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def tail(self, lines=30):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def kill(self):
        """As the power does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self, within=30):
        """Asks it to stop, and gives the exit code."""
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def resident_kilobytes(self):
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))

    def environment(self):
        """What `demo.env` says."""
        pairs = (line.partition("=") for line in (self.data / "demo.env").read_text().splitlines())
        return {name: value for name, _, value in pairs if name}

    def client(self, token=None):
        return Client(self.url, token)
