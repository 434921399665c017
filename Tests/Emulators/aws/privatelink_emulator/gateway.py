"""In front of moto: who calls, may they, is a fault due. Everything is recorded."""

import http
import io
import re
import socket
import threading
import time
import uuid
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from . import control, metadata, policies
from .identities import Refusal, authenticate
from .models import ec2_backends
from .settings import CALLS, FAULTS, LOCK

UNSIGNED = {"AssumeRoleWithWebIdentity"}
# What the cloud says of each kind of fault: code, message, status.
SAYINGS = {
    "throttled": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "unavailable": ("Unavailable", "The service is unavailable. Please try again shortly.", 503),
    "internal": ("InternalError", "An internal error has occurred", 500),
    "denied": (
        "UnauthorizedOperation",
        "You are not authorized to perform this operation. Encoded authorization failure message: 7Xy-abcDEF",
        403,
    ),
    "not_seen_yet": ("InvalidServiceName", "The Vpc Endpoint Service does not exist", 400),
    "conflict": ("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.", 400),
}


class Gateway:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        if path.startswith("/_emulator/"):
            return control.answer(path.removeprefix("/_emulator/"), body, start_response)
        if path.startswith(("/latest/", "/container/")):
            return metadata.answer(environ, path, start_response)
        environ["wsgi.input"] = io.BytesIO(body)
        fault, reply = None, None
        with LOCK:
            request = Call(environ, body)
            try:
                request.admit(environ, body)
                fault = take_fault(request.action)
                request.note(fault)
                if fault and fault.kind in SAYINGS:
                    raise Refusal(*SAYINGS[fault.kind])
                if request.caller:
                    policies.authorize(
                        request.caller, request.service, request.action, request.form, request.region, tags_of
                    )
                reply = self.forward(environ)
            except Refusal as refusal:
                reply = request.refuse(refusal)
        if fault and fault.kind == "slow":
            threading.Event().wait(fault.detail.get("seconds", 1))
        if fault and fault.kind == "reply_lost":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        status, headers, content = reply
        if fault and fault.kind == "garbage":
            content = b"<html>not what you expect"
        if fault and fault.detail.get("retry_after"):
            headers = [*headers, ("Retry-After", str(fault.detail["retry_after"]))]
        start_response(
            status, [h for h in headers if h[0].lower() != "content-length"] + [("Content-Length", str(len(content)))]
        )
        return [content]

    def forward(self, environ):
        """The whole reply of moto, made while the lock is held. Its refusals may come as exceptions too."""
        answered = {}

        def start(status, headers, exc_info=None):
            answered["head"] = (status, headers)

        content = b"".join(self.app(environ, start))
        return *answered["head"], content


class Call:
    def __init__(self, environ, body):
        self.headers = {k[5:].replace("_", "-").lower(): v for k, v in environ.items() if k.startswith("HTTP_")}
        # WSGI keeps these two apart from the others; some clients sign them.
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(name):
                self.headers[name.replace("_", "-").lower()] = environ[name]
        query = environ.get("QUERY_STRING", "")
        self.form = parse_qsl(body.decode("utf-8") or query, keep_blank_values=True)
        self.action = dict(self.form).get("Action", "")
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", self.headers.get("authorization", ""))
        self.region, self.service = scope.groups() if scope else ("us-east-1", "sts")
        self.caller = None

    def admit(self, environ, body):
        if self.action not in UNSIGNED:
            path = environ.get("REQUEST_URI") or environ["PATH_INFO"]
            url = f"http://{environ['HTTP_HOST']}{path}"
            self.caller = authenticate(environ["REQUEST_METHOD"], url, self.headers, body, self.service)
        environ["emulator.caller"] = self.caller

    def note(self, fault):
        CALLS.append(
            {
                "service": self.service,
                "action": self.action,
                "region": self.region,
                "account": self.caller.account if self.caller else None,
                "caller": self.caller.arn if self.caller else None,
                "fault": fault.kind if fault else None,
                "parameters": {k: v for k, v in self.form if "Token" not in k or k == "ClientToken"},
                "at": time.time(),
            }
        )

    def refuse(self, refusal):
        request_id = str(uuid.uuid4())
        code, message = escape(refusal.code), escape(refusal.message)
        if self.service == "ec2":
            text = (
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
                f"<RequestID>{request_id}</RequestID></Response>"
            )
        else:
            text = (
                '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
                f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
                f"<RequestId>{request_id}</RequestId></ErrorResponse>"
            )
        status = f"{refusal.status} {http.HTTPStatus(refusal.status).phrase}"
        return status, [("Content-Type", "text/xml;charset=UTF-8"), ("x-amzn-requestid", request_id)], text.encode()


def take_fault(action):
    """The first fault that strikes this call; STS is struck only by name, since its answers are kept for an hour."""
    for fault in FAULTS:
        is_meant = fault.action == action or (fault.action is None and not action.startswith("AssumeRole"))
        if is_meant and fault.count > 0:
            fault.count -= 1
            if fault.count == 0:
                FAULTS.remove(fault)
            return fault
    return None


def tags_of(account, region, identifier):
    return ec2_backends[account][region].tags.get(identifier, {})
