"""What a test may do to the emulator under `/emulator/…`: set scenes, break things, and look."""

import json
import pathlib
import subprocess
import sys
import tempfile

from .faults import Fault
from .places import path_of


class Control:
    def __init__(self, emulator):
        self.emulator = emulator
        # Goes with the emulator.
        self.folder = tempfile.TemporaryDirectory(prefix="google-emulator-")
        self.file_count = 0

    def handle(self, http, name, raw):
        handler = getattr(self, f"{http.lower()}_{name.replace('-', '_')}", None)
        if handler is None:
            return 404, {}, {"error": f"no {http} /emulator/{name}"}
        try:
            return 200, {}, handler(json.loads(raw) if raw else {})
        except (KeyError, ValueError, TypeError) as error:
            return 400, {}, {"error": f"{type(error).__name__}: {error}"}

    @property
    def compute(self):
        return self.emulator.compute

    def post_reset(self, _):
        self.emulator.reset()
        return {}

    # Scenes

    def post_projects(self, body):
        """A project with networks, subnetworks and peerings."""
        project = self.compute.places.add_project(body)
        return {"id": project.id, "number": project.number}

    def post_project(self, body):
        """Changes what a project allows."""
        project = self.compute.places.projects[body["id"]]
        for key, attribute in (
            ("apiEnabled", "api_enabled"), ("permissions", "permissions"), ("quotas", "quotas"),
            ("quotaInOperation", "quota_in_operation"), ("restrictsConsumers", "restricts_consumers"),
        ):
            if key in body:
                setattr(project, attribute, body[key])
        return {}

    def post_hold(self, body):
        """Puts an address, or all free ones, of a subnetwork to some other use."""
        places = self.compute.places
        subnetwork = places.subnetwork(body["subnetwork"])
        wanted = [body["address"]] if body.get("address") else places.usable(subnetwork)
        for address in wanted:
            places.taken(subnetwork).setdefault(address, body.get("user", "somebody"))
        return {}

    def post_release(self, body):
        places = self.compute.places
        places.taken(places.subnetwork(body["subnetwork"])).pop(body["address"], None)
        return {}

    def post_addresses(self, body):
        """The addresses of a project's subnetworks that are in use."""
        start = f"projects/{body['project']}/"
        held = self.compute.places.held
        return {"held": sorted(
            address for subnetwork, taken in held.items() if subnetwork.startswith(start) for address in taken)}

    def post_settings(self, body):
        compute = self.compute
        if "pendingSeconds" in body:
            compute.operations.pending_seconds = body["pendingSeconds"]
        if "runningSeconds" in body:
            compute.operations.running_seconds = body["runningSeconds"]
        if "holdOperations" in body:
            compute.operations.is_held = body["holdOperations"]
        if "pageSize" in body:
            compute.page_size = body["pageSize"]
        if "takesLabelsAtInsert" in body:
            compute.endpoints.takes_labels_at_insert = body["takesLabelsAtInsert"]
        if "tokenLifetime" in body:
            self.emulator.tokens.lifetime = body["tokenLifetime"]
        if "rivalPatches" in body:
            compute.rival_patches = body["rivalPatches"]
        return {}

    def post_advance(self, _):
        """Where operations are held: moves each on by one state."""
        self.compute.operations.step()
        return {}

    def post_settle(self, _):
        self.compute.operations.settle()
        return {}

    def post_status(self, body):
        """Shows a connection with a status of the test's choice, known or not."""
        attachment = self.compute.attachments.get(path_of(body["attachment"]))
        for connection in attachment["_connections"]:
            if connection["rule"] == path_of(body["endpoint"]):
                connection["forced"] = body["status"]
                return {}
        raise KeyError(body["endpoint"])

    # Credentials

    def post_service_accounts(self, body):
        return self.emulator.tokens.make_service_account(body["email"], f"{self.emulator.address}/token")

    def post_files(self, body):
        """A file for as long as the emulator runs."""
        self.file_count += 1
        path = pathlib.Path(self.folder.name) / f"{self.file_count}-{body['name']}"
        content = body["content"]
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return {"path": str(path)}

    def post_users(self, body):
        return self.emulator.tokens.make_user(body["email"])

    def post_subject_tokens(self, body):
        self.emulator.tokens.subject_tokens[body["token"]] = (
            body["audience"], body.get("type", "urn:ietf:params:oauth:token-type:jwt"), body["principal"])
        return {}

    def post_token_creators(self, body):
        self.emulator.tokens.creators.setdefault(body["email"], set()).update(body["creators"])
        return {}

    def post_metadata(self, body):
        self.emulator.tokens.metadata_principal = body["principal"]
        return {}

    def post_revoke_tokens(self, _):
        self.emulator.tokens.issued.clear()
        return {}

    def get_token_counts(self, _):
        return self.emulator.tokens.counts

    def post_administrator_token(self, _):
        return {"token": self.emulator.administrator_token()}

    def witness(self, body):
        """What Google's official client sees; see witness.py."""
        script = pathlib.Path(__file__).resolve().parent.parent / "witness.py"
        with tempfile.NamedTemporaryFile("w", suffix=".json") as key:
            with self.emulator.lock:
                json.dump(self.post_service_accounts({"email": "witness@platform.iam.gserviceaccount.com"}), key)
            key.flush()
            said = subprocess.run(
                [sys.executable, str(script), self.emulator.address, key.name, *body["arguments"]],
                check=True, capture_output=True, text=True, timeout=60)
        return json.loads(said.stdout)

    # Faults and the record

    def post_faults(self, body):
        self.emulator.faults.scripted.append(Fault(body))
        return {}

    def delete_faults(self, _):
        self.emulator.faults.scripted.clear()
        return {}

    def get_calls(self, _):
        return {"calls": self.emulator.calls}

    def delete_calls(self, _):
        self.emulator.calls.clear()
        return {}

    def get_violations(self, _):
        return {"violations": self.emulator.violations}
