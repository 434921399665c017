"""The credentials that a machine or a container in AWS finds: IMDSv2, and the container endpoint."""

import json
import secrets

from .identities import ROLES, Caller, issue
from .settings import LOCK

# The role whose credentials are given, and what a container has to show for them.
SOURCE = {"role": None, "container_token": None}
_tokens = set()
PREFIX = "/latest/meta-data/iam/security-credentials/"


def answer(environ, path, start_response):
    with LOCK:
        status, text = _answer(environ, path)
    content = text.encode()
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(content)))])
    return [content]


def _answer(environ, path):
    role = ROLES.get(SOURCE["role"])
    if role is None:
        return "404 Not Found", ""
    if path == "/latest/api/token":
        if environ["REQUEST_METHOD"] != "PUT" or "HTTP_X_AWS_EC2_METADATA_TOKEN_TTL_SECONDS" not in environ:
            return "400 Bad Request", ""
        token = secrets.token_urlsafe(24)
        _tokens.add(token)
        return "200 OK", token
    if path.startswith("/container/"):
        if environ.get("HTTP_AUTHORIZATION") != SOURCE["container_token"]:
            return "401 Unauthorized", ""
        return "200 OK", _credentials(role)
    if environ.get("HTTP_X_AWS_EC2_METADATA_TOKEN") not in _tokens:
        return "401 Unauthorized", ""
    name = role.arn.split("/")[-1]
    if path == PREFIX:
        return "200 OK", name
    return ("200 OK", _credentials(role)) if path == PREFIX + name else ("404 Not Found", "")


def _credentials(role):
    name = role.arn.split("/")[-1]
    caller = Caller(role.account, f"arn:aws:sts::{role.account}:assumed-role/{name}/i-0abc", role.policies, role.arn)
    key_id, key = issue(caller, prefix="ASIA", seconds=6 * 3600)
    return json.dumps(
        {
            "Code": "Success",
            "AccessKeyId": key_id,
            "SecretAccessKey": key.secret,
            "Token": key.token,
            "Expiration": key.expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )
