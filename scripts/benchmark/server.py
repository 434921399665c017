"""The server under measurement: the release build in dev mode, on a data folder of its own."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request

BINARY = pathlib.Path(os.environ.get("POSTERN_BINARY", ".build/release/postern")).resolve()


class Server:
    def __init__(self, folder, *flags):
        self.folder = pathlib.Path(folder)
        self.log = open(self.folder.with_suffix(".log"), "ab")
        self.demo = self.folder / "demo.env"
        stale = self.demo.stat().st_mtime_ns if self.demo.exists() else 0
        self.process = subprocess.Popen(
            [BINARY, "serve", "--dev", "--port", "0", "--log-level", "warning", "--data-dir", self.folder, *flags],
            stdout=self.log, stderr=self.log)
        self._wait_until_ready(stale)

    def _wait_until_ready(self, stale):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            # The file is written anew once the server listens.
            if self.demo.exists() and self.demo.stat().st_mtime_ns != stale:
                self.names = dict(line.split("=", 1) for line in self.demo.read_text().split())
                try:
                    urllib.request.urlopen(self.names["POSTERN_URL"] + "/readyz", timeout=5).close()
                    return
                except (urllib.error.URLError, ValueError, ConnectionError):
                    pass
            time.sleep(0.05)
        self.process.kill()
        raise SystemExit(f"bench: the server does not get ready; see {self.log.name}")

    @property
    def url(self):
        return self.names["POSTERN_URL"]

    def call(self, token, method, path, body=None):
        """The JSON reply of one call; `token` is a variable of demo.env."""
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + self.names[token], "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"bench: {method} {path} was answered {error.code}: {error.read().decode()[:500]}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise SystemExit("bench: the server did not stop within 30 s")
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def load(server, token, requests, connections, seconds):
    """What wrk measures when it sends the requests of a file over so many connections."""
    run = subprocess.run(
        ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s",
         "--script", pathlib.Path(__file__).with_name("load.lua"), server.url],
        env={**os.environ, "BENCH_REQUESTS": str(requests), "BENCH_TOKEN": server.names[token]},
        capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(f"bench: wrk failed: {run.stderr or run.stdout}")
    result = json.loads(run.stdout.strip().splitlines()[-1])
    if result["refused"] or result["broken"]:
        raise SystemExit(f"bench: {result['refused']} requests were refused, {result['broken']} broken")
    result["per_second"] = result["requests"] / result["seconds"]
    return result
