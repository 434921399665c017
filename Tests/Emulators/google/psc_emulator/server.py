"""The emulator's HTTP side: Google's hosts folded into one, and a control path for tests."""

import json
import socket
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .compute import ADMINISTRATOR, Call, Compute
from .control import Control
from .discovery import Document, Violation
from .errors import ApiError
from .faults import Dropped, Faults
from .tokens import CLOUD_PLATFORM, GrantRefused, Tokens

IMPERSONATE = "iamcredentials.projects.serviceAccounts.generateAccessToken"
MAXIMUM_BODY = 8 << 20


class Emulator:
    """All state, behind one lock."""

    documents = {
        "compute": Document("compute.v1.json"),
        "iamcredentials": Document("iamcredentials.v1.json"),
        "cloudresourcemanager": Document("cloudresourcemanager.v3.json"),
    }

    def __init__(self, address):
        self.address = address
        self.lock = threading.RLock()
        self.reset()
        self.control = Control(self)

    def reset(self):
        self.compute = Compute()
        self.tokens = Tokens()
        self.faults = Faults()
        self.calls = []
        self.violations = []

    def handle(self, http, path, query, headers, raw):
        """Status, headers and body of the answer. Raises `Dropped` when there is to be none."""
        if path == "/emulator/witness":
            # Asks this server in its turn, so it cannot hold the lock.
            return 200, {}, self.control.witness(json.loads(raw))
        if path == "/emulator/subject":
            # Where a workload's own platform would hand out its token.
            if headers.get("X-Workload") != "postern":
                return 403, {}, {"error": "no such workload"}
            return 200, {}, {"id_token": next(iter(self.tokens.subject_tokens))}
        if path.startswith("/emulator/"):
            with self.lock:
                return self.control.handle(http, path.removeprefix("/emulator/"), raw)
        form = dict(urllib.parse.parse_qsl(raw.decode("utf-8", "replace"))) if raw else {}
        with self.lock:
            try:
                if http == "POST" and path == "/token":
                    return 200, {}, self.tokens.oauth(form)
                if http == "POST" and path == "/v1/token":
                    return 200, {}, self.tokens.exchange(form)
                if path.startswith("/computeMetadata/"):
                    answer = self.tokens.metadata(path, headers.get("Metadata-Flavor"))
                    return (200, {"Metadata-Flavor": "Google"}, answer) if answer else (404, {}, "not found")
            except GrantRefused as refusal:
                return refusal.status, {}, {"error": refusal.error, "error_description": refusal.description}
        try:
            return 200, {}, self.api(http, path, query, headers, raw)
        except ApiError as error:
            return error.code, error.headers, error.body()

    def api(self, http, path, query, headers, raw):
        with self.lock:
            try:
                method, parameters = self.judge(http, path, query, headers, raw)
            except Violation as violation:
                self.violations.append({"method": http, "path": path, "query": query, "violation": str(violation)})
                raise ApiError(400, "invalid", str(violation), "INVALID_ARGUMENT") from None
            token = self.tokens.bearer(headers.get("Authorization"))
            if method.scopes and not set(method.scopes) & set(token.scopes):
                raise ApiError(
                    403, "insufficientPermissions", "Request had insufficient authentication scopes.",
                    "PERMISSION_DENIED")
            body = json.loads(raw) if raw else None
            call = Call(method, parameters, dict(query), body, token.principal)
            record = None
            if not call.is_by_hand:
                record = {
                    "method": method.id, "project": parameters.get("project"), "principal": token.principal,
                    "query": dict(query), "body": body, "path": path, "permissions": [],
                    "quotaProject": headers.get("X-Goog-User-Project"),
                }
                self.calls.append(record)
                fault = self.faults.next(method.id, parameters.get("project"))
            else:
                fault = None
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
            fault = None
        if fault and not fault.is_after:
            raise fault.error()
        if method.id == "compute.regionOperations.wait":
            self.wait(call)
        with self.lock:
            self.compute.operations.advance()
            try:
                answer = self.perform(call, token)
            finally:
                if record:
                    record["permissions"] = call.permissions
        if fault:
            raise fault.error()
        return answer

    def judge(self, http, path, query, headers, raw):
        for document in self.documents.values():
            found = document.identify(http, path)
            if found:
                break
        else:
            raise Violation(f"no method has the path {path}")
        body = None
        if raw:
            if headers.get("Content-Type", "").split(";")[0].strip() != "application/json":
                raise Violation("a body has to be application/json")
            try:
                body = json.loads(raw)
            except ValueError:
                raise Violation("the body is no JSON") from None
        document.check(*found, query, body)
        return found

    def perform(self, call, token):
        if call.method.id == IMPERSONATE:
            return self.tokens.impersonate(token, call.parameters["name"].rsplit("/", 1)[-1], call.body)
        if call.method.id == "cloudresourcemanager.projects.get":
            project = self.compute.places.project(call.parameters["name"].split("/", 1)[1])
            call.permissions = ["resourcemanager.projects.get"]
            lacking = None if call.is_by_hand else project.lacks(call.principal, call.permissions)
            if lacking:
                raise ApiError(403, "forbidden", "The caller does not have permission", "PERMISSION_DENIED")
            return {"name": f"projects/{project.number}", "projectId": project.id, "state": "ACTIVE"}
        if not call.method.id.startswith("compute."):
            raise ApiError(501, "notImplemented", f"This emulator has no {call.method.id}.")
        return self.compute.perform(call)

    def wait(self, call, limit=30):
        """Google lets the caller wait here for up to two minutes."""
        key = (call.parameters["project"], call.parameters["region"], call.parameters["operation"])
        end = time.monotonic() + limit
        while time.monotonic() < end:
            with self.lock:
                self.compute.operations.advance()
                operation = self.compute.operations.all.get(key)
                if operation is None or operation.status == "DONE" or self.compute.operations.is_held:
                    return
            time.sleep(0.005)

    def administrator_token(self):
        return self.tokens.issue(ADMINISTRATOR, [CLOUD_PLATFORM])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    emulator = None
    # Each small answer goes out at once.
    disable_nagle_algorithm = True

    def answer(self):
        parts = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAXIMUM_BODY:
            self.close_connection = True
            return self.send_error(413)
        raw = self.rfile.read(length) if length else b""
        try:
            status, headers, body = self.emulator.handle(
                self.command, urllib.parse.unquote(parts.path), query, self.headers, raw)
        except Dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if isinstance(body, str) else "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        return None

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = answer

    def log_message(self, format, *arguments):
        """Silent: tests read the record of calls instead."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # Tests come in crowds.
    request_queue_size = 256


def make_server(port):
    """A server on loopback; port 0 takes a free one."""
    server = Server(("127.0.0.1", port), None)
    address = f"http://127.0.0.1:{server.server_address[1]}"
    server.RequestHandlerClass = type("BoundHandler", (Handler,), {"emulator": Emulator(address)})
    return server, address
