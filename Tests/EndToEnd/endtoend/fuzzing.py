"""What schemathesis cannot know from the document. Loaded by `schemathesis.toml`."""

import ipaddress
import os
from uuid import uuid4

import schemathesis
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode


def _network(drawn):
    address, length = drawn
    return str(ipaddress.ip_network((address, length), strict=False))


schemathesis.openapi.format(
    "ipv4-cidr", st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(_network))


def _is_valid(case):
    return case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes values fit that a schema can only describe by their shape."""
    if not _is_valid(case):
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


@schemathesis.hook
def filter_case(context, case):
    """Keeps the run from revoking the token that it runs with."""
    own = os.environ.get("POSTERN_FUZZING_TOKEN_ID")
    return not (own and case.method == "DELETE" and (case.path_parameters or {}).get("id") == own)
