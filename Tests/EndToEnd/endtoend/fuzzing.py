"""What schemathesis cannot know from the document. Loaded by `schemathesis.toml`."""

import ipaddress
import itertools
import json
import os
from uuid import uuid4

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.transforms import deepclone
from schemathesis.generation import GenerationMode

# What there is on the server: ids by the collection in the path, a body to file with, and what to leave alone.
SCENE = json.loads(os.environ.get("POSTERN_FUZZING_SCENE", "{}"))
_turns = itertools.count()


def _network(drawn):
    address, length = drawn
    return str(ipaddress.ip_network((address, length), strict=False))


schemathesis.openapi.format(
    "ipv4-cidr", st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(_network))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes values fit that a schema can only describe by their shape, and lets every other call meet something."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    # A cursor is good for its own list only, so that a random one is refused.
    if case.query:
        case.query.pop("cursor", None)
    headers = case.headers or {}
    # A key that comes twice asks for the first reply, or is refused.
    if "Idempotency-Key" in headers:
        headers["Idempotency-Key"] = uuid4().hex
    # A random revision is not the current one.
    if "If-Match" in headers:
        headers["If-Match"] = "*"
    # What stateful tests have found, they have to meet again.
    if next(_turns) % 2 and case.meta.phase.name.name != "STATEFUL":
        _point_at_something(case)


def _point_at_something(case):
    collection = case.operation.path.removeprefix("/v1/").split("/")[0]
    things = SCENE.get("things", {}).get(collection)
    if things and case.path_parameters and not _takes_away(case):
        [name] = case.path_parameters
        case.path_parameters[name] = things[next(_turns) // 2 % len(things)]
    if case.method == "POST" and case.operation.path == "/v1/endpoint-requests":
        case.body = {**case.body, **deepclone(SCENE.get("filing", {})), "options": {}, "requested_address": None}
    elif case.method == "POST" and isinstance(case.body, dict) and "name" in case.body:
        case.body = {**case.body, "name": f"n-{uuid4().hex}"}


def _takes_away(case):
    return case.operation.definition.raw.get("operationId") in ("revokeToken", "withdrawService")


@schemathesis.hook
def filter_case(context, case):
    """Keeps the run from taking away what it stands on: its own token, and the demo's services."""
    target = (case.path_parameters or {}).values()
    return not (_takes_away(case) and any(value in SCENE.get("kept", []) for value in target))
