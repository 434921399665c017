"""The control path: `POST /_emulator/VERB` with a JSON object. Not a part of AWS.

It sets the scene, lets faults strike, tells what was called, and lends boto3 to those who have none: the verb `boto`
calls AWS (that is, this emulator) as the account's root.
"""

import datetime
import json

import boto3
import botocore.config
import botocore.exceptions

from . import metadata, policies, tokens
from .identities import KEYS, ROLES, Caller, Role, issue, now
from .models import Changing, all_backends, all_endpoints, all_services, ec2_backends
from .settings import CALLS, FAULTS, LOCK, SETTINGS, Fault, Settings, configure

ADDRESS = {"url": None}
# One session, since each reads the models of AWS's APIs anew.
_session = boto3.session.Session()
_roots = {}
_clients = {}


def answer(verb, body, start_response):
    try:
        known = VERBS[verb]
        status, result = "200 OK", known(**json.loads(body or b"{}"))
    except botocore.exceptions.ClientError as error:
        status, result = "409 Conflict", {"error": error.response["Error"]}
    except (KeyError, TypeError, ValueError, botocore.exceptions.ParamValidationError) as error:
        status, result = "400 Bad Request", {"error": {"Code": type(error).__name__, "Message": str(error)}}
    content = json.dumps(result, default=str).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
    return [content]


def locked(function):
    def run(**arguments):
        with LOCK:
            return function(**arguments) or {}

    return run


def root(account):
    with LOCK:
        if account not in _roots:
            _roots[account] = issue(Caller(account, f"arn:aws:iam::{account}:root"))
        return _roots[account]


def account(account, regions=("us-east-1",)):
    """An account without networks, and the access key of its root."""
    key_id, key = root(account)
    with LOCK:
        for region in regions:
            backend = ec2_backends[account][region]
            for vpc in [v for v in backend.vpcs.values() if str(v.is_default).lower() == "true"]:
                for subnet in backend.describe_subnets(filters={"vpc-id": [vpc.id]}):
                    backend.delete_subnet(subnet.id)
                backend.delete_vpc(vpc.id)
    return {"access_key_id": key_id, "secret_access_key": key.secret}


def user(account, name, policies):
    """An identity of its own in the account, which may do what `policies` say."""
    key_id, key = issue(Caller(account, f"arn:aws:iam::{account}:user/{name}", policies))
    return {"access_key_id": key_id, "secret_access_key": key.secret}


def role(account, name, policies, **trust):
    """A role; `trust` has `trusts`, `external_id`, `web_identity_token`, `session_seconds`."""
    arn = f"arn:aws:iam::{account}:role/{name}"
    ROLES[arn] = Role(arn=arn, account=account, policies=policies, **trust)
    return {"arn": arn}


def remove_role(arn):
    ROLES.pop(arn, None)


def expire_sessions():
    """All sessions of roles end now."""
    for key in KEYS.values():
        if key.expires:
            key.expires = now() - datetime.timedelta(seconds=1)


def instance(role=None, container_token=None):
    metadata.SOURCE.update(role=role, container_token=container_token)


def settings(**changes):
    configure(**changes)


def fault(kind, action=None, count=1, **detail):
    FAULTS.append(Fault(kind, action, count, detail))


def clear_faults():
    FAULTS.clear()


def calls():
    return {"calls": list(CALLS)}


def clear_calls():
    CALLS.clear()


def policy_use():
    return {"used": {role: sorted(actions) for role, actions in policies.USED.items()}}


def advance(accounts=None):
    """Everything that is under way comes to its end, in these accounts or in all."""
    backends = [b for b in all_backends() if accounts is None or b.account_id in accounts]
    for resource in [r for b in backends for r in [*b.vpc_end_points.values(), *b.configurations.values()]]:
        if isinstance(resource, Changing):
            resource.advance()


def endpoint_state(endpoint, state, code=None, message=None):
    """Shows the endpoint in any state, with a reason if there is one."""
    found = next(e for e in all_endpoints() if e.id == endpoint)
    found.transitions.clear()
    found.is_visible = True
    found.state = state
    found.last_error = {"code": code, "message": message} if code else None


def private_dns_state(service, state):
    """What the check of the domain's TXT record came to: verified, failed or pendingVerification."""
    next(s for s in all_services() if s.id == service).private_dns_state = state


def service_state(service, state):
    found = next(s for s in all_services() if s.id == service)
    found.transitions.clear()
    found.service_state = state


def reset():
    """Nothing exists any more, and everything is set as at the start."""
    for service in ("ec2", "elbv2", "sts", "iam"):
        from moto.backends import get_backend

        get_backend(service).reset()
    for store in (KEYS, ROLES, FAULTS, CALLS, _roots, _clients, policies.USED):
        store.clear()
    tokens.forget()
    metadata.SOURCE.update(role=None, container_token=None)
    vars(SETTINGS).update(vars(Settings()))


def boto(account, region, service, operation, parameters=None):
    """One call of boto3 as the account's root, to this emulator."""
    key_id, key = root(account)
    name = (account, region, service)
    if name not in _clients:
        _clients[name] = _session.client(
            service,
            region_name=region,
            endpoint_url=ADDRESS["url"],
            aws_access_key_id=key_id,
            aws_secret_access_key=key.secret,
            config=botocore.config.Config(retries={"total_max_attempts": 1}),
        )
    reply = getattr(_clients[name], operation)(**(parameters or {}))
    return {k: v for k, v in reply.items() if k != "ResponseMetadata"}


VERBS = {
    f.__name__: locked(f)
    for f in (
        user,
        role,
        remove_role,
        expire_sessions,
        instance,
        settings,
        fault,
        clear_faults,
        calls,
        clear_calls,
        policy_use,
        advance,
        endpoint_state,
        private_dns_state,
        service_state,
        reset,
    )
} | {"account": account, "boto": boto}
