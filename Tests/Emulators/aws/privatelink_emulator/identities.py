"""Who calls: access keys, their signatures as botocore makes them, and roles that can be assumed."""

import datetime
import hmac
import re
import secrets
from dataclasses import dataclass, field

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


class Refusal(Exception):
    def __init__(self, code, message, status=403):
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass
class Caller:
    account: str
    arn: str
    # None: the account's root, which may do all.
    policies: list | None = None
    role: str | None = None


@dataclass
class Key:
    secret: str
    caller: Caller
    token: str | None = None
    expires: datetime.datetime | None = None


@dataclass
class Role:
    arn: str
    account: str
    policies: list = field(default_factory=list)
    trusts: list = field(default_factory=list)
    external_id: str | None = None
    web_identity_token: str | None = None
    session_seconds: int | None = None


KEYS: dict[str, Key] = {}
ROLES: dict[str, Role] = {}
SKEW = datetime.timedelta(minutes=15)


def now():
    return datetime.datetime.now(datetime.UTC)


def issue(caller, prefix="AKIA", seconds=None):
    """A new access key; one with an end has a session token."""
    key_id = prefix + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    # Plus and slash are in real secrets and tokens too.
    key = Key(secret=secrets.token_urlsafe(28)[:38] + "+/", caller=caller)
    if seconds is not None:
        key.token = "IQoJ+/" + secrets.token_urlsafe(90) + "=="
        key.expires = now() + datetime.timedelta(seconds=seconds)
    KEYS[key_id] = key
    return key_id, key


def authenticate(method, url, headers, body, service):
    """The caller whose signature this is.

    Raises `Refusal` with the code that the service gives.
    """
    is_ec2 = service == "ec2"
    unknown = Refusal(
        "AuthFailure" if is_ec2 else "InvalidClientTokenId",
        "AWS was not able to validate the provided access credentials"
        if is_ec2
        else "The security token included in the request is invalid.",
        401 if is_ec2 else 403,
    )
    match = re.match(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
        r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$",
        headers.get("authorization", ""),
    )
    if not match:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
    key_id, day, region, scope_service, signed, signature = match.groups()
    key = KEYS.get(key_id)
    if key is None or headers.get("x-amz-security-token") != key.token:
        raise unknown
    stamp = headers.get("x-amz-date", "")
    try:
        moment = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    except ValueError:
        raise unknown from None
    signed = signed.split(";")
    needed = {"host", "x-amz-date"} | ({"x-amz-security-token"} if key.token else set())
    if not needed <= set(signed) or not stamp.startswith(day) or scope_service != service:
        raise unknown
    request = AWSRequest(method=method, url=url, data=body, headers={n: headers.get(n, "") for n in signed})
    request.context["timestamp"] = stamp
    auth = SigV4Auth(Credentials("x", key.secret), service, region)
    auth.credentials.access_key = key_id
    expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    if not hmac.compare_digest(expected, signature):
        raise (
            unknown
            if is_ec2
            else Refusal(
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided.",
            )
        )
    if abs(now() - moment) > SKEW:
        raise Refusal("RequestExpired", "Request has expired.", 400)
    if key.expires and now() > key.expires:
        raise Refusal(
            "RequestExpired" if is_ec2 else "ExpiredToken",
            "Request has expired." if is_ec2 else "The security token included in the request is expired",
            400,
        )
    return key.caller


def assume(caller, arn, session, external_id, seconds, web_identity_token=None):
    """Credentials of the role, if it trusts the caller."""
    role = ROLES.get(arn)
    if web_identity_token is not None:
        if role is None or role.web_identity_token is None:
            raise Refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        if web_identity_token != role.web_identity_token:
            raise Refusal("InvalidIdentityToken", "The web identity token could not be validated", 400)
    elif (
        role is None
        or (role.trusts and caller.arn not in role.trusts and f"arn:aws:iam::{caller.account}:root" not in role.trusts)
        or (role.external_id is not None and external_id != role.external_id)
    ):
        raise Refusal(
            "AccessDenied",
            f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}",
        )
    if not re.fullmatch(r"[\w+=,.@-]{2,64}", session or ""):
        raise Refusal("ValidationError", "1 validation error detected at 'roleSessionName'", 400)
    name = arn.split("/")[-1]
    session_caller = Caller(
        role.account, f"arn:aws:sts::{role.account}:assumed-role/{name}/{session}", role.policies, role.arn
    )
    return issue(session_caller, prefix="ASIA", seconds=role.session_seconds or seconds)
