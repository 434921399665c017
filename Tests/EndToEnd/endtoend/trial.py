"""What the README says of trying a cloud without it: an emulator, its scene, and the server outside dev mode."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import requests

from .client import Client
from .server import BINARY, free_port
from .waiting import eventually

PROJECT = Path(__file__).parents[3]
REASON = "The nightly batch reads the orders of the day."


class Trial:
    """The lines of one section, run as they stand but for ports, folders and the ways to programs."""

    def __init__(self, section, folder):
        text = (PROJECT / "README.md").read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]
        text = text.split("\nTo try it without ")[1]
        [self.lines] = re.findall(r"^```bash\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        self.promised = re.findall(r"`([A-Z_]+)`", text.split("`scene.py` has set")[1].split("\n\n")[0])
        self.folder = Path(folder)
        self.log = self.folder / "trial.log"
        self.emulator = f"http://127.0.0.1:{free_port()}"
        self.url = f"http://127.0.0.1:{free_port()}"

    def start(self):
        lines = self.lines
        for there, here in (
            (r"http://127\.0\.0\.1:\d+", self.emulator), (r"--port \d+", f"--port {self.emulator.rsplit(':', 1)[1]}"),
            (r"/tmp/postern-\w+", str(self.folder / "data")), (r"(\.\./)*\.venv/bin/python", sys.executable),
            (r"\.build/release/postern", str(BINARY)),
        ):
            lines, count = re.subn(there, lambda _, here=here: here, lines)
            assert count, f"the README's lines have no {there}"
        told = self.folder / "variables"
        script = f"{lines}\nenv -0 >{told}.new && mv {told}.new {told}\nwait\n"
        # Nothing of this shell's clouds, proxies and settings.
        variables = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "TMPDIR": str(self.folder),
            "POSTERN_PORT": self.url.rsplit(":", 1)[1],
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", script], cwd=PROJECT, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        eventually(lambda: self._goes_on() and told.exists(), 60, self.tail)
        self.variables = dict(pair.split("=", 1) for pair in told.read_text().split("\0") if pair)
        eventually(lambda: self._goes_on() and self._is_ready(), 30, self.tail)
        missing = [name for name in self.promised if not self.variables.get(name)]
        assert self.promised and not missing, f"the scene sets no {missing}"
        self.admin = Client(self.url, self.variables["ADMIN_TOKEN"])
        return self

    def _goes_on(self):
        assert self.process.poll() is None, self.tail()
        return True

    def _is_ready(self):
        try:
            return Client(self.url).get("/readyz", expect=None, timeout=5).status == 200
        except requests.RequestException:
            return False

    def stop(self):
        """Ends the shell with all that it started."""
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        finally:
            eventually(self._is_gone, 20, "something that the lines started does not stop")

    def _is_gone(self):
        # Not by a signal, which reaches the dead too where nothing reaps orphans, as in a container without an init.
        listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
        states = [line.split() for line in listed.splitlines()]
        return not any(int(group) == self.process.pid and not state.startswith("Z") for group, state in states)

    def tail(self, lines=30):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def __getitem__(self, name):
        return self.variables[name]

    def emulate(self, path, body=None):
        """Something done to the emulator by its control path, or looked up there."""
        with requests.Session() as session:
            session.trust_env = False
            response = session.request("GET" if body is None else "POST", f"{self.emulator}/{path}", json=body)
        assert response.ok, response.text
        return response.json()

    # People and places

    def register(self, provider, orders, payments):
        """Two teams, each with an account: native id and `access`."""
        self.people = {}
        for team, (native_id, access) in {"orders": orders, "payments": payments}.items():
            self.admin.post("/v1/teams", {"name": team}, expect=201)
            token = self.admin.post("/v1/tokens", {"subject": f"somebody@{team}", "teams": [team]}, expect=201)
            self.people[team] = Client(self.url, token["secret"])
            self.admin.post("/v1/cloud-accounts", {
                "name": team, "team": team, "provider": provider, "native_id": native_id, "access": access,
            }, expect=201)
        self.owner, self.consumer = self.people["orders"], self.people["payments"]
        self.network = eventually(
            lambda: next(self.consumer.walk("/v1/networks", account="payments"), None), 20, "no network is read")

    def publish(self, name, **origin):
        self.owner.post("/v1/services", {"name": name, "team": "orders", "account": "orders", **origin}, expect=201)

        def look():
            service = self.owner.get(f"/v1/services/{name}").json()
            return service if service["phase"] == "available" else None

        return eventually(look, 20, lambda: f"not available: {self.owner.get(f'/v1/services/{name}').text}")

    def file(self, service, subnet, **more):
        return self.consumer.post("/v1/endpoint-requests", {
            "service": service, "network_id": self.network["id"], "subnet": subnet, "reason": REASON, **more,
        }, expect=201).json()

    def decide(self, request, verdict="approve"):
        self.owner.post(
            f"/v1/endpoint-requests/{request['id']}/approvals", {"verdict": verdict, "reason": "It is agreed."},
            expect=201)
        return self.owner.get(f"/v1/endpoint-requests/{request['id']}").json()

    def reaches(self, endpoint, phase, within=30):
        seen = {}

        def look():
            seen.update(self.consumer.get(f"/v1/endpoints/{endpoint}").json())
            return seen["phase"] == phase

        eventually(look, within, lambda: f"{endpoint} is {seen['phase']}, not {phase}: {seen['last_error']}")
        return seen

    def revoke(self, endpoint):
        self.owner.post(f"/v1/endpoints/{endpoint}/revoke", {"reason": "The contract has ended."}, expect=202)
        return self.reaches(endpoint, "closed")
